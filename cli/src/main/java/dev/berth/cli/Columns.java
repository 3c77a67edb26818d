package dev.berth.cli;

import dev.berth.cli.output.Output;
import dev.berth.cli.output.OutputFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.TypeConversionException;

/** The {@code --columns} of a listing. */
final class Columns<C extends Enum<C>> {
  private final Parameter<List<C>> chosen;

  Columns(Parameters parameters, C[] known) {
    chosen =
        parameters.option(
            "--columns",
            "COLUMN[,COLUMN]",
            text -> parse(text, known),
            words(known),
            "The columns of table and csv: " + names(known) + ".");
  }

  /**
   * The columns that were asked for.
   *
   * @throws UsageException when the output has none
   */
  Optional<List<C>> given(Output output) {
    OutputFormat format = output.format();
    boolean hasColumns = format == OutputFormat.TABLE || format == OutputFormat.CSV;
    if (chosen.given().isPresent() && !hasColumns) {
      throw new UsageException(
          "--columns is for '-o table' and '-o csv': '-o " + format.text() + "' has no columns.");
    }
    return chosen.given();
  }

  private static <C extends Enum<C>> List<C> parse(String text, C[] known) {
    List<C> columns = new ArrayList<>();
    for (String word : text.split(",", -1)) {
      columns.add(column(word, known));
    }
    return columns;
  }

  private static <C extends Enum<C>> C column(String word, C[] known) {
    for (C column : known) {
      if (text(column).equals(word.toLowerCase(Locale.ROOT))) {
        return column;
      }
    }
    throw new TypeConversionException("'" + word + "' is none of " + names(known));
  }

  private static <C extends Enum<C>> String names(C[] known) {
    return String.join(", ", words(known));
  }

  private static <C extends Enum<C>> List<String> words(C[] known) {
    List<String> words = new ArrayList<>();
    for (C column : known) {
      words.add(text(column));
    }
    return words;
  }

  private static String text(Enum<?> column) {
    return column.name().toLowerCase(Locale.ROOT);
  }
}
