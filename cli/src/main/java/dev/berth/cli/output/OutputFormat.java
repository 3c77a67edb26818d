package dev.berth.cli.output;

/** What standard output is written as. */
public enum OutputFormat {
  /** For people. */
  TABLE("table"),
  /** For programs; several results are one JSON document a line. */
  JSON("json"),
  /** For both. */
  YAML("yaml"),
  /** For spreadsheets and scripts; only of commands that print rows. */
  CSV("csv"),
  /** Bare names, a line each; only of commands that print rows. */
  NAME("name");

  private final String text;

  OutputFormat(String text) {
    this.text = text;
  }

  /** The format as it is named on the command line. */
  public String text() {
    return text;
  }
}
