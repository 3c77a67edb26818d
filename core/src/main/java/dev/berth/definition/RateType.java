package dev.berth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.berth.domain.ByteSize;
import dev.berth.domain.Throttle.Rate;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A rate, with a burst or without one: {@code 50MiB}, {@code 500 burst 1000 for 10s}.
 *
 * @param unit what is counted
 */
record RateType(Unit unit) implements ValueType<Rate> {
  private static final Pattern TEXT =
      Pattern.compile("(\\S+)(?: +burst +(\\S+)(?: +for +([1-9][0-9]{0,5})s)?)?");
  private static final Pattern COUNT = Pattern.compile("[1-9][0-9]{0,14}");

  /** What a rate counts. */
  enum Unit {
    BYTES("50MiB"),
    OPERATIONS("500");

    private final String example;

    Unit(String example) {
      this.example = example;
    }
  }

  @Override
  public String expected() {
    return "a rate per second such as "
        + unit.example
        + ", which may have a burst such as '"
        + unit.example
        + " burst "
        + (unit == Unit.BYTES ? "100MiB" : "1000")
        + " for 10s'";
  }

  @Override
  public Optional<Rate> read(Node node, Place place) {
    if (unit == Unit.OPERATIONS && node instanceof Node.Number number) {
      return read(number.digits(), node, place);
    }
    if (node instanceof Node.Text text) {
      return read(text.value().strip(), node, place);
    }
    place.reportMismatch(node, expected());
    return Optional.empty();
  }

  private Optional<Rate> read(String text, Node node, Place place) {
    Matcher matcher = TEXT.matcher(text);
    Optional<Long> perSecond = matcher.matches() ? count(matcher.group(1)) : Optional.empty();
    Optional<Long> burst =
        matcher.matches() && matcher.group(2) != null
            ? count(matcher.group(2))
            : perSecond.map(rate -> 0L);
    if (perSecond.isEmpty() || burst.isEmpty()) {
      place.reportMismatch(node, expected());
      return Optional.empty();
    }
    int seconds = matcher.group(3) == null ? 1 : Integer.parseInt(matcher.group(3));
    Optional<String> objection = Rate.objection(perSecond.get(), burst.get(), seconds);
    objection.ifPresent(message -> place.report(node.position(), message));
    return objection.isPresent()
        ? Optional.empty()
        : Optional.of(new Rate(perSecond.get(), burst.get(), seconds));
  }

  private Optional<Long> count(String text) {
    return switch (unit) {
      case BYTES -> ByteSize.parse(text).map(ByteSize::bytes).filter(bytes -> bytes > 0);
      case OPERATIONS ->
          COUNT.matcher(text).matches() ? Optional.of(Long.parseLong(text)) : Optional.empty();
    };
  }

  @Override
  public JsonNode write(Rate rate) {
    if (rate.burst() == 0 && unit == Unit.OPERATIONS) {
      return LongNode.valueOf(rate.perSecond());
    }
    String text = text(rate.perSecond());
    if (rate.burst() > 0) {
      text += " burst " + text(rate.burst());
    }
    return TextNode.valueOf(
        rate.burstSeconds() > 1 ? text + " for " + rate.burstSeconds() + "s" : text);
  }

  private String text(long count) {
    return switch (unit) {
      case BYTES -> new ByteSize(count).toString();
      case OPERATIONS -> Long.toString(count);
    };
  }

  @Override
  public ObjectNode schema() {
    String count =
        switch (unit) {
          case BYTES -> "[0-9]{1,19}(B|KiB|MiB|GiB|TiB|PiB)";
          case OPERATIONS -> "[1-9][0-9]{0,14}";
        };
    ObjectNode text =
        TextType.schema("\\s*" + count + "( +burst +" + count + "( +for +[1-9][0-9]{0,5}s)?)?\\s*");
    if (unit == Unit.BYTES) {
      return text;
    }
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    schema
        .putArray("anyOf")
        .add(
            JsonNodeFactory.instance
                .objectNode()
                .put("type", "integer")
                .put("minimum", 1)
                .put("maximum", Rate.MOST))
        .add(text);
    return schema;
  }
}
