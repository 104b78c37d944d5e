import pytest

from app.domain.roles import PERMISSION_SENTENCES, ROLE_PERMISSIONS, ROLE_SENTENCES, Permission, Role
from app.domain.texts import Language, Text

ROLES = (Role.PRACTITIONER, Role.SUPERVISOR, Role.TRAINER, Role.ADMIN, Role.PRIVACY_OFFICER)

# practitioner, supervisor, trainer, admin, privacy officer
MAY = {
    # Who has the conversation records it; nobody else puts words in their mouth.
    Permission.RECORD_ASSESSMENT: (True, False, False, False, False),
    # Who records also corrects; a supervisor records second opinions, and corrects those alone.
    Permission.CORRECT_ASSESSMENT: (True, True, False, False, False),
    # A supervisor looks along and changes nothing; other roles see no client content.
    Permission.READ_ASSESSMENTS: (True, True, False, False, False),
    # A case is opened by who will work on it.
    Permission.OPEN_CASE: (True, False, False, False, False),
    # As with assessments.
    Permission.READ_CASES: (True, True, False, False, False),
    # Closing, reopening and handing over are work on a case.
    Permission.CHANGE_CASE: (True, False, False, False, False),
    # The course of a case is client content.
    Permission.READ_THREADS: (True, True, False, False, False),
    # So are its steps.
    Permission.READ_TRANSITIONS: (True, True, False, False, False),
    Permission.READ_REPORTS: (False, True, False, False, False),
    # Who the colleagues are says nothing about clients; a trainer has invented stories only.
    Permission.READ_COLLEAGUES: (True, True, False, True, True),
    # From when on something is a signal belongs to the work with clients, and a supervisor looks after it.
    Permission.READ_SIGNAL_SETTINGS: (True, True, False, False, False),
    Permission.CHANGE_SIGNAL_SETTINGS: (False, True, False, False, False),
    # A client asks who is at the table to write it down; nobody else does.
    Permission.ADD_STATEMENT: (True, False, False, False, False),
    # What was used is said by who used it.
    Permission.USE_ADVICE: (True, False, False, False, False),
    # The own approach says nothing about clients; whoever works or teaches with it sees all of it.
    Permission.READ_APPROACH: (True, True, True, False, False),
    # What it says is a matter of the profession: not for who works on one case, nor for who runs the service.
    Permission.MANAGE_APPROACH: (False, True, False, False, False),
    # Who works with clients thinks about that work; what is private stays with who wrote it.
    Permission.READ_REFLECTIONS: (True, True, False, False, False),
    Permission.WRITE_REFLECTION: (True, True, False, False, False),
    # Which files there are, and for how long, is for the privacy officer; the content is not in it.
    Permission.READ_CLIENTS: (False, False, False, False, True),
    # As is restricting one, or keeping it longer.
    Permission.CHANGE_CLIENT: (False, False, False, False, True),
    # A copy holds everything, so one role makes it, and it is logged.
    Permission.EXPORT_CLIENT: (False, False, False, False, True),
    # Who makes the copy decides what stays out of it.
    Permission.WITHHOLD_PASSAGE: (False, False, False, False, True),
    # Whoever hears the client say it can pass it on.
    Permission.REQUEST_ERASURE: (True, True, False, False, True),
    # Both who decides and the second pair of eyes.
    Permission.READ_ERASURES: (False, False, False, True, True),
    # To decide is for the privacy officer alone.
    Permission.DECIDE_ERASURE: (False, False, False, False, True),
    # By two people: whoever granted it cannot execute it, so there has to be another role.
    Permission.EXECUTE_ERASURE: (False, False, False, True, True),
    # Those whose looks are logged do not read the log.
    Permission.READ_ACCESS_LOG: (False, False, False, False, True),
    Permission.REVIEW_ACCESS: (False, False, False, False, True),
    # Who sees the list can take it along.
    Permission.EXPORT_CASELOAD: (True, True, False, False, False),
    # Everybody has an account.
    Permission.OWN_ACCOUNT: (True, True, True, True, True),
    # The privacy officer is the second pair of eyes where somebody lost their second step.
    Permission.READ_ACCOUNTS: (False, False, False, True, True),
    Permission.MANAGE_ACCOUNTS: (False, False, False, True, False),
    Permission.GRANT_FACTOR_RESET: (False, False, False, False, True),
    Permission.MANAGE_TOKENS: (False, False, False, True, False),
    # Training is with invented stories; a supervisor who gives it is a trainer as well.
    Permission.RUN_TRAINING: (False, False, True, False, False),
    # Who works on a case asks; a supervisor can judge along unasked.
    Permission.ASK_OPINION: (True, True, False, False, False),
    Permission.READ_OPINIONS: (True, True, False, False, False),
    # The whole point is that it is somebody else.
    Permission.GIVE_OPINION: (False, True, False, False, False),
    # By who asked and by who was asked.
    Permission.WITHDRAW_OPINION: (True, True, False, False, False),
}


def test_role_permissions_are_the_table() -> None:
    assert {
        permission: tuple(permission in ROLE_PERMISSIONS[role] for role in ROLES) for permission in Permission
    } == MAY


def test_role_permissions_have_every_role() -> None:
    assert set(ROLE_PERMISSIONS) == set(ROLES) == set(Role)


@pytest.mark.parametrize("language", Language)
def test_role_sentences_say_what_every_role_does(language: Language) -> None:
    assert set(ROLE_SENTENCES) == set(Role)
    sentences = [_words(text, language) for text in ROLE_SENTENCES.values()]
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in sentences)
    assert len(set(sentences)) == len(Role)


@pytest.mark.parametrize("language", Language)
def test_permission_sentences_continue_your_role_does_not_let_you(language: Language) -> None:
    assert set(PERMISSION_SENTENCES) == set(Permission)
    sentences = [_words(text, language) for text in PERMISSION_SENTENCES.values()]
    assert all(sentence[0].islower() and not sentence.endswith(".") for sentence in sentences)
    assert len(set(sentences)) == len(Permission)


def _words(text: Text, language: Language) -> str:
    words = text[language]
    assert words == words.strip() != ""
    return words
