package dev.berth.definition;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Says what to check where a document is no YAML; the parser itself tells what it expected. */
final class SyntaxAdvice {
  private static final String ESCAPES =
      "this is no escape of double-quoted text: write a backslash as '\\\\',"
          + " or use single quotes";

  /** The one complaint that is better made at the beginning of what it is about. */
  private static final String ENDLESS = "found unexpected end of stream";

  private static final List<Advice> ADVICE =
      List.of(
          new Advice(
              "mapping values are not allowed",
              "this ':' cannot begin a value here: indent the line like its neighbours,"
                  + " and put a text that contains ': ' in quotes"),
          new Advice("'\\t", "a tab stands here: indent with spaces, or put the text in quotes"),
          new Advice(
              "that cannot start any token",
              "no value can begin with this character: put the text in quotes"),
          new Advice("unknown escape character", ESCAPES),
          new Advice("escape sequence of", ESCAPES),
          new Advice(
              ENDLESS, "the document ends inside a quoted text: close the quote that opens here"),
          new Advice(
              "expected ',' or ']'",
              "a list opened with '[' goes wrong here: separate its items by ',' and close it"
                  + " with ']'"),
          new Advice(
              "expected ',' or '}'",
              "a mapping opened with '{' goes wrong here: separate its keys by ',' and close it"
                  + " with '}'"),
          new Advice(
              "could not find expected ':'",
              "a key without ': ' stands here: write 'key: value', and close any quote above"),
          new Advice(
              "expected <block end>",
              "this line does not fit the lines above: check its indentation, and that '- ' items"
                  + " and 'key:' lines are not mixed at one level"),
          new Advice(
              "sequence entries are not allowed",
              "'- ' cannot begin an item here: put it on a line of its own below its key"),
          new Advice(
              "expected alphabetic or numeric character",
              "'&' and '*' have a meaning in YAML: put the text in quotes"),
          new Advice(
              "expected the node content",
              "a value is missing or begins with a character that has a meaning in YAML:"
                  + " put the text in quotes"),
          new Advice(
              "Expected a field name",
              "a key is missing here: write 'key: value' with a plain text as the key"));

  private SyntaxAdvice() {}

  /** What to tell the author of a document that the parser gave up on. */
  static UnreadableDocumentException on(JsonProcessingException broken) {
    String complaint = broken.getOriginalMessage();
    for (Advice advice : ADVICE) {
      if (complaint.contains(advice.complaint())) {
        return new UnreadableDocumentException(position(broken), advice.remedy());
      }
    }
    return new UnreadableDocumentException(
        position(broken),
        "this is no YAML: check indentation, quotes, brackets and ': ' around here");
  }

  private static Position position(JsonProcessingException broken) {
    if (broken.getCause() instanceof MarkedYAMLException marked) {
      boolean endless = marked.getProblem().equals(ENDLESS) && marked.getContextMark() != null;
      @Nullable Mark mark = endless ? marked.getContextMark() : marked.getProblemMark();
      if (mark != null) {
        return new Position(mark.getLine() + 1, mark.getColumn() + 1);
      }
    }
    @Nullable JsonLocation location = broken.getLocation();
    return location == null
        ? Position.START
        : new Position(Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
  }

  /** What to say when the parser's complaint contains those words. */
  private record Advice(String complaint, String remedy) {}
}
