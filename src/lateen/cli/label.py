"""`lateen label`: set and remove labels."""

from lateen.cli.metadata_edit import edit_command

command = edit_command("label", "labels")
