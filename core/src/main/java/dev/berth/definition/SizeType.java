package dev.berth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.berth.domain.ByteSize;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes with its unit.
 *
 * @param minimum smallest accepted
 * @param maximum largest accepted
 * @param step every accepted size is a multiple of it
 * @param example for messages
 */
record SizeType(ByteSize minimum, ByteSize maximum, ByteSize step, ByteSize example)
    implements ValueType<ByteSize> {
  private static final Pattern NUMBER = Pattern.compile("([0-9]{1,15})\\s*([A-Za-z]*)");

  @Override
  public String expected() {
    return "a size in whole units from " + minimum + " to " + maximum + ", such as " + example;
  }

  @Override
  public Optional<ByteSize> read(Node node, Place place) {
    if (node instanceof Node.Number number) {
      place.report(node.position(), unitless(number.digits()));
      return Optional.empty();
    }
    if (!(node instanceof Node.Text text)) {
      place.reportMismatch(node, expected());
      return Optional.empty();
    }
    Optional<ByteSize> size = ByteSize.parse(text.value());
    if (size.isEmpty()) {
      place.report(node.position(), unreadable(text.value()));
      return Optional.empty();
    }
    Optional<String> objection = objection(size.get(), text.value().strip());
    objection.ifPresent(message -> place.report(node.position(), message));
    return objection.isPresent() ? Optional.empty() : size;
  }

  private String unitless(String digits) {
    if (digits.equals("0")) {
      return "0 is too small: use " + minimum + " or more";
    }
    Optional<ByteSize> asMebibytes = ByteSize.parse(digits + "MiB");
    return Quotation.cut(digits)
        + " lacks a unit (KiB, MiB, GiB or TiB): write "
        + asMebibytes.filter(size -> objection(size, digits).isEmpty()).orElse(example)
        + ", for example";
  }

  private String unreadable(String text) {
    Matcher matcher = NUMBER.matcher(text.strip());
    if (!matcher.matches()) {
      return "expected " + expected() + ", found " + Quotation.of(text);
    }
    if (matcher.group(2).isEmpty()) {
      return unitless(matcher.group(1));
    }
    String initial = matcher.group(2).substring(0, 1).toUpperCase(Locale.ROOT);
    String unit =
        "KMGT".contains(initial) ? initial + "iB" : example.toString().replaceAll("[0-9]", "");
    return "'"
        + Quotation.cut(matcher.group(2))
        + "' is no unit that sizes have here (B, KiB, MiB, GiB, TiB, PiB): write "
        + matcher.group(1)
        + unit;
  }

  private Optional<String> objection(ByteSize size, String written) {
    if (size.compareTo(minimum) < 0) {
      return Optional.of(written + " is too small: use " + minimum + " or more");
    }
    if (size.compareTo(maximum) > 0) {
      return Optional.of(written + " is too large: use " + maximum + " or less");
    }
    if (size.bytes() % step.bytes() != 0) {
      long above = (size.bytes() / step.bytes() + 1) * step.bytes();
      return Optional.of(
          written
              + " is no multiple of "
              + step
              + ": use "
              + new ByteSize(above)
              + ", for example");
    }
    return Optional.empty();
  }

  @Override
  public JsonNode write(ByteSize value) {
    return TextNode.valueOf(value.toString());
  }

  @Override
  public ObjectNode schema() {
    return TextType.schema("\\s*[0-9]{1,19}\\s*(B|KiB|MiB|GiB|TiB|PiB)\\s*");
  }
}
