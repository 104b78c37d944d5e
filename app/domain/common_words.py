"""Words that passwords are made of, Dutch and English. Written for this project; nobody's list was copied.

Lists of leaked passwords hold few of twelve characters or more, and hardly any Dutch ones. People make a
long password of a short one by adding a year, an exclamation mark, or the same once more. So the words
are here, and `passwords.py` takes off what was added.
"""

COMMON_WORDS = frozenset(
    """
    aanmelden aanmelding aardappel aardbei acces access account achttien adidas admin administrator
    afspraak ajax alexander amanda amber america amsterdam andrea andrew angel angels animal anthony
    antwerpen apeldoorn appel apple april arnhem arsenal asdf ashley august augustus auto avond azerty
    baby babygirl bailey banaan banana barcelona baseball basketball batman beautiful beer beheer
    beheerder belgie beveiliging bewaren bier blaat blauw blink bloem bloemen blue boeken boom boston
    brabant brandon breda broer bruin brussel buddy buster butterfly caravan cassie casus champion
    changeit changeme charlie cheese chelsea chicken chocola chocolade chocolate christus client
    clienten coffee colleague college computer cookie cowboys customer dallas daniel datum david
    december default demo desktop diamond dienst disney dochter doggie dolfijn dolphin donderdag dragon
    dreams druif duitsland duivel dwerg eagles echt eend eerste eindhoven elephant email engeland
    england enschede enter europa everton facebook fantasie feb februari ferrari feyenoord fiets fietsen
    flower flowers football forever frank frankrijk freedom friday friend friends gast geheim geheimpje
    geld gelderland gelukkig gemeente george ginger girl gitaar godisgoed goed goededag goedemorgen
    google gouda grandma green groen groep groningen guest guitar haarlem hallo halloween hamster hannah
    happy harley harry hart hartje heaven heerlen hello helpdesk helpmij herfst heuvel hockey holland
    hollywood home hond honda hondje hoofd hulp hulpverlener hulpverlening ihateyou ikhouvanje
    ikhouvanjou ikke ilovegod iloveyou inlog inloggen instelling internet invoer iphone jaguar jan
    januari january jasmine jason jennifer jessica jesus jeugd jeugdzorg jezus johan jordan jouw juli
    july june juni junior justin kaas karin kat katje katten katwijk kerst kerstmis killer kind kinderen
    king kitten klaas klant klanten koe koekje koffie konijn koning koningin kopje krokodil kusje lakers
    laptop later leerling leiden lekker lelie lelijk lente letmein leven lief liefde liefje limburg
    linkedin lisa liverpool login logmein lola londen london love lovely loveme lover loveyou lucky maan
    maandag maart maastricht madison magic mama mamma manager manchester march maria marijke mark
    marlboro martijn martin master matrix matthew maverick medewerker meisje melanie mercedes michael
    michelle mickey microsoft midnight mijn mijnwachtwoord miljoen minecraft minister moeder moederdag
    monday money monkey monster mooi morgen mother motor muis music mustang muziek mypassword naam
    nathan nederland new newpassword newyork nicole niemand nieuw nieuwe nijmegen nintendo nirvana
    noodgeval noord november october oefenen office oktober olifant oma omdathetkan onbekend onze oost
    opa open orange oranje organisatie oud overijssel paard paarden paars papa park partner pass
    passphrase password passwords passwort patient patricia peanut peper pepper perfect persoon peter
    phoenix picasso pindakaas pizza please poes poesje pokemon police politie porsche postcode praktijk
    princess prins prinses privacy proef purple qwert qwerty qwertz rabbit ranger rangers red regen
    regenboog relatie reset resetme richard robert robin rock roermond rood root rosie rotterdam roze
    samantha samen samsung sandra sarah sascha schaap schaatsen schalke schat schatje school scooter
    secret secure security september server service sesam shadow sinterklaas skippy slapen sleutel
    sneeuw sneeuwpop snoepje snoopy soccer sociaal sommer sophie spaans spanje spiderman spongebob
    standaard star start starwars steelers stella ster sterk sterren stichting student stuff succes
    summer sunday sunflower sunshine superman superstar supervisor susan sweet sweety systeem system
    taylor team tegen telefoon temp template temporary test testen tester testing thomas thuis tiger
    tijd tijdelijk tijger toegang toen toets tomaat trainer training trouble trustno tuin tulp tulpen
    twaalf twente twitter uitloggen unicorn united user utrecht vader vakantie vandaag veilig veiligheid
    venlo verander veranderen veranderme vergeten victoria vier vlinder voetbal voetballen vogel
    volgende voorbeeld voorjaar vrede vriend vrienden vriendin vrijdag wachtwoord wachtwoorden walvis
    warm warrior water web webmaster weekend weer weet welcome welkom welkomthuis wens werk werken
    werknemer west whatever willem william winner winter winters woensdag wolf wolves wonderful wonen
    woonkamer worden yamaha yankees yellow zaken zaterdag zeeland zeeuw zekerheid zeven zoetermeer zomer
    zomertijd zon zondag zonder zonnebloem zonneschijn zonnetje zoon zorg zuid zus zusje zutphen zwaan
    zwart zwolle
    """.split()  # noqa: SIM905 - words are read and changed best as text
)
