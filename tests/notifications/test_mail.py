"""A mail as it goes out: to whom, with which Message-ID, in characters that any server takes."""

from email import message_from_bytes, policy

import pytest

from events.testing import FixedClock, numbered
from notifications.mail import Mailer
from programmes.loader import Programmes
from programmes.notification import Mail

MAIL = Mail(subject="Één nieuwe casus", text="Beste cliënt,\n.\nEen regel met een punt.\n")


@pytest.fixture
def mailer(clock: FixedClock) -> Mailer:
    return Mailer("smtp://localhost:25", "leidraad@fonds.example", clock)


def test_a_mail_reads_as_it_was_written_and_goes_out_in_seven_bits(mailer: Mailer) -> None:
    raw = mailer.compose(["desk@example.org"], numbered(1), MAIL).as_bytes()

    read = message_from_bytes(raw, policy=policy.default)
    assert raw.isascii()
    assert (read["From"], read["To"]) == ("leidraad@fonds.example", "desk@example.org")
    assert read["Subject"] == MAIL.subject
    assert read.get_content() == MAIL.text
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Date"] == "Fri, 05 Mar 2027 10:00:00 +0000"


def test_a_repetition_has_the_same_message_id_and_another_message_another(mailer: Mailer) -> None:
    ids = [mailer.compose(["desk@example.org"], numbered(n), MAIL)["Message-ID"] for n in (1, 1, 2)]

    assert ids[0] == ids[1] != ids[2]
    assert ids[0] == f"<{numbered(1)}@fonds.example>"


def test_every_shipped_text_can_be_filled_and_sent(mailer: Mailer, programmes: Programmes) -> None:
    values = {"dueOn": "2027-02-18", "caseId": str(numbered(1)), "programme": "medical-incidents"}

    for definition in programmes.definitions:
        for notification in definition.notifications:
            for language in ("nl", "en", "fr"):
                mail = notification.mail(language).filled(values)
                assert "$" not in mail.subject + mail.text
                assert mailer.compose(["desk@example.org"], numbered(1), mail).as_bytes().isascii()
