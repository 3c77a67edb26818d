package dev.berth.cli.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator.Feature;
import dev.berth.definition.PlainScalars;
import dev.berth.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * Standard output for results, standard error for messages. Each is written whole and at once. Not
 * thread-safe.
 */
public final class Output {
  private static final DefaultIndenter INDENTED = new DefaultIndenter("  ", "\n");
  private static final Separators SEPARATORS =
      Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER);

  private final OutputStream out;
  private final OutputStream err;
  private final Style style;

  /**
   * How to print.
   *
   * @param format of results
   * @param verbosity whether to print any
   * @param colour of states
   */
  public record Style(OutputFormat format, Verbosity verbosity, Colour colour) {}

  /** How much to say. */
  public enum Verbosity {
    /** Results and messages. */
    NORMAL,
    /** Bare names from listings; nothing else but errors. */
    QUIET
  }

  /** Output to those streams, which the caller closes. */
  public Output(OutputStream out, OutputStream err, Style style) {
    this.out = out;
    this.err = err;
    this.style = style;
  }

  /** The colours of this output. */
  public Colour colour() {
    return style.colour();
  }

  /** Whether only bare names are wanted. */
  public boolean isQuiet() {
    return style.verbosity() == Verbosity.QUIET;
  }

  /** What results are written as. */
  public OutputFormat format() {
    return style.format();
  }

  /** Whether results are written for people. */
  public boolean isForPeople() {
    return style.format() == OutputFormat.TABLE;
  }

  /**
   * Prints the one result of a command.
   *
   * @param document for programs
   * @param text for people, without the last line's end
   */
  public void result(Supplier<? extends JsonNode> document, Supplier<String> text)
      throws IOException {
    switch (style.format()) {
      case TABLE, CSV, NAME -> {
        if (!isQuiet()) {
          text(text.get());
        }
      }
      case JSON -> write(out, json(document.get()));
      case YAML -> write(out, yaml(document.get()));
    }
  }

  /** Prints one result of several that follow each other: as JSON, one line each. */
  public void item(Supplier<? extends JsonNode> document, Supplier<String> text)
      throws IOException {
    if (style.format() == OutputFormat.JSON) {
      text(Json.text(document.get()));
    } else {
      result(document, text);
    }
  }

  /** Prints text to standard output, whatever the format and verbosity. */
  public void text(String lines) throws IOException {
    write(out, lines + "\n");
  }

  /** Writes bytes to standard output as they are. */
  public void bytes(byte[] bytes, int offset, int length) throws IOException {
    out.write(bytes, offset, length);
    out.flush();
  }

  /** Tells people something on standard error, unless they want quiet. */
  public void note(String message) throws IOException {
    if (!isQuiet()) {
      write(err, "vmctl: " + message + "\n");
    }
  }

  /** Reports an error on standard error. */
  public void error(Supplier<? extends JsonNode> document, Supplier<String> text)
      throws IOException {
    write(
        err,
        switch (style.format()) {
          case TABLE, CSV, NAME -> text.get() + "\n";
          case JSON -> json(document.get());
          case YAML -> yaml(document.get());
        });
  }

  /** The document as JSON with a line for each member, and a line end. */
  public static String json(JsonNode document) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.setPrettyPrinter(
          new DefaultPrettyPrinter(SEPARATORS)
              .withArrayIndenter(INDENTED)
              .withObjectIndenter(INDENTED));
      Json.write(document, json);
    } catch (IOException impossible) {
      throw new UncheckedIOException("writing to memory", impossible);
    }
    return text.append('\n').toString();
  }

  /** The document as YAML, one of its own in a stream of them. */
  public static String yaml(JsonNode document) {
    StringWriter text = new StringWriter();
    YAMLFactory factory =
        YAMLFactory.builder()
            .enable(Feature.MINIMIZE_QUOTES)
            .enable(Feature.INDENT_ARRAYS_WITH_INDICATOR)
            .disable(Feature.SPLIT_LINES)
            .stringQuotingChecker(new PlainScalars())
            .build();
    try (JsonGenerator yaml = factory.createGenerator(text)) {
      Json.write(document, yaml);
    } catch (IOException impossible) {
      throw new UncheckedIOException("writing to memory", impossible);
    }
    return text.toString();
  }

  private static void write(OutputStream stream, String text) throws IOException {
    stream.write(text.getBytes(StandardCharsets.UTF_8));
    stream.flush();
  }
}
