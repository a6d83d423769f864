"""`lateen annotate`: set and remove annotations."""

from lateen.cli.metadata_edit import edit_command

command = edit_command("annotate", "annotations")
