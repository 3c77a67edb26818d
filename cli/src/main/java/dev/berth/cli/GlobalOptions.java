package dev.berth.cli;

import dev.berth.cli.output.Colour;
import dev.berth.cli.output.Output;
import dev.berth.cli.output.OutputFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.TypeConversionException;

/** The options that every command takes, before or after its name. */
final class GlobalOptions {
  /** Those of the options that a value follows. */
  static final List<String> WITH_VALUE = List.of("--connect", "--home", "-o", "--output");

  private final Parameter<String> connect;
  private final Parameter<String> home;
  private final Parameter<OutputFormat> format;
  private final Parameter<Boolean> quiet;

  GlobalOptions(Parameters parameters) {
    connect =
        parameters.globalOption(
            new String[] {"--connect"},
            "URI",
            text -> text,
            "The host's address, such as unix:///run/berth/control.sock or tls://host-a.example;"
                + " BERTH_URI says the same.");
    home =
        parameters.globalOption(
            new String[] {"--home"},
            "DIR",
            text -> text,
            "The directory of the host; BERTH_HOME says the same. Without any of these: the"
                + " system's host if its socket is accessible, else the user's.");
    format =
        parameters.globalOption(
            new String[] {"-o", "--output"},
            "FORMAT",
            GlobalOptions::format,
            formats(),
            "How to print results: table, json or yaml; 'list' and 'events' also csv or name."
                + " Default: table");
    quiet =
        parameters.globalFlag("--quiet", "-q", "Print bare names, or nothing; errors are printed.");
    parameters.help();
    parameters.version();
  }

  Optional<String> connect() {
    return connect.given();
  }

  Optional<String> home() {
    return home.given();
  }

  /** How to print. */
  Output.Style style(Environment environment) {
    return new Output.Style(
        format.given().orElse(OutputFormat.TABLE),
        quiet.given().orElse(false) ? Output.Verbosity.QUIET : Output.Verbosity.NORMAL,
        environment.colour() ? Colour.ANSI : Colour.NONE);
  }

  private static OutputFormat format(String text) {
    for (OutputFormat format : OutputFormat.values()) {
      if (format.text().equals(text)) {
        return format;
      }
    }
    throw new TypeConversionException("'" + text + "' is none of " + String.join(", ", formats()));
  }

  private static List<String> formats() {
    List<String> known = new ArrayList<>();
    for (OutputFormat format : OutputFormat.values()) {
      known.add(format.text());
    }
    return known;
  }
}
