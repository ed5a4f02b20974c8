"""Every error a user may see. The message says what is wrong and what to do; `exit_status` is the command line's.

KamerbronError              1  the work failed
├── InputError              2  something given is unusable
│   ├── QuestionError          empty, or too long
│   ├── DocumentError          a file cannot be read as a document
│   ├── ManifestError          manifest.toml, with the line
│   ├── SettingsError          an environment variable or .env
│   └── GoldError              a line of a gold file
├── StoreError              1  the index is missing, damaged, or built with other settings
├── FeedbackError           1  what readers said of answers cannot be kept or read
└── ModelError              1  an embedding or language model cannot be used
"""


class KamerbronError(Exception):
    """The work failed."""

    exit_status = 1


class InputError(KamerbronError):
    """Something given is unusable."""

    exit_status = 2


class QuestionError(InputError):
    """A question that is empty or too long."""


class DocumentError(InputError):
    """A file that cannot be read as a document."""


class ManifestError(InputError):
    """A folder's manifest.toml is wrong; the message names the line."""


class SettingsError(InputError):
    """An environment variable or a line of .env is wrong."""


class GoldError(InputError):
    """A line of a gold file is wrong; the message names the line."""


class StoreError(KamerbronError):
    """The index is missing, damaged, or built with other settings."""


class FeedbackError(KamerbronError):
    """What readers said of answers cannot be kept, or a kept line cannot be read; the message names the line."""


class ModelError(KamerbronError):
    """An embedding or language model cannot be used."""
