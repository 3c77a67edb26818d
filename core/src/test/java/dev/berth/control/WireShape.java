package dev.berth.control;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What values of one kind have in common on the wire: their members, what each holds, and whether
 * it is always there. Found out from many of them.
 */
public final class WireShape {
  /** Members whose content is not for this protocol to say, and what is said of them. */
  private static final Map<String, String> OPEN =
      Map.of(
          "labels", "object of texts",
          "attributes", "object of texts",
          "figures", "object of whole numbers",
          "events[]", "JSON, as QEMU gives it",
          "return", "JSON, as QEMU or the agent gives it",
          "schema", "JSON, as QEMU gives it");

  /** Every enum of the API has fewer constants, and random texts are more. */
  private static final int MOST_WORDS = 30;

  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private final Map<String, Member> members;
  private final Map<String, String> links;

  private WireShape(Map<String, Member> members, Map<String, String> links) {
    this.members = members;
    this.links = links;
  }

  private static final class Member {
    private final Set<String> kinds = new TreeSet<>();
    private final Set<String> texts = new LinkedHashSet<>();
    private int count;
  }

  /**
   * The shape of these values.
   *
   * @param links members that hold a value described elsewhere, and what is said of them
   */
  static WireShape of(Collection<JsonNode> values, Map<String, String> links) {
    WireShape shape = new WireShape(new LinkedHashMap<>(), links);
    // The fullest first: it has the order of members that are not always there.
    values.stream()
        .sorted(Comparator.comparing((JsonNode value) -> -value.toString().length()))
        .forEach(value -> shape.visit("", value, shape::note));
    return shape;
  }

  /** A row of a table for each member. */
  String rows() {
    return members.keySet().stream()
        .filter(path -> !path.isEmpty())
        .map(
            path ->
                "| `%s` | %s |%s |\n"
                    .formatted(
                        path.replaceFirst("^[.]", ""),
                        description(path),
                        isAlways(path) ? "" : " may be absent"))
        .collect(joining());
  }

  /** What of a value is not as this shape says; empty when all is. */
  public List<String> complaints(JsonNode value) {
    List<String> complaints = new ArrayList<>();
    Map<String, Integer> seen = new LinkedHashMap<>();
    visit(
        "",
        value,
        (path, node) -> {
          seen.merge(path, 1, Integer::sum);
          Member known = members.get(path);
          if (known == null) {
            complaints.add("'" + path + "' is not known");
          } else if (!known.kinds.contains(kind(path, node))) {
            complaints.add("'" + path + "' is no " + known.kinds + " but " + node);
          }
        });
    members.keySet().stream()
        .filter(path -> !path.isEmpty() && !path.endsWith("[]") && isAlways(path))
        .filter(path -> !seen.getOrDefault(path, 0).equals(seen.getOrDefault(parent(path), 0)))
        .forEach(path -> complaints.add("'" + path + "' is missing"));
    return complaints;
  }

  /** Every member that a value has, as paths. */
  public static Set<String> paths(JsonNode value) {
    Set<String> paths = new TreeSet<>();
    new WireShape(Map.of(), Map.of()).visit("", value, (path, node) -> paths.add(path));
    return paths;
  }

  private interface Visitor {
    void at(String path, JsonNode node);
  }

  private void visit(String path, JsonNode node, Visitor visitor) {
    visitor.at(path, node);
    String name = path.substring(path.lastIndexOf('.') + 1);
    if (OPEN.containsKey(name) || links.containsKey(name)) {
      return;
    }
    if (node.isArray()) {
      node.forEach(element -> visit(path + "[]", element, visitor));
    }
    node.fieldNames()
        .forEachRemaining(member -> visit(path + "." + member, node.get(member), visitor));
  }

  private void note(String path, JsonNode node) {
    Member member = members.computeIfAbsent(path, absent -> new Member());
    member.count++;
    member.kinds.add(kind(path, node));
    if (node.isTextual() && member.texts.size() <= MOST_WORDS) {
      member.texts.add(node.textValue());
    }
  }

  private boolean isAlways(String path) {
    return members.get(path).count == members.get(parent(path)).count || path.endsWith("[]");
  }

  private static String parent(String path) {
    return path.endsWith("[]")
        ? path.substring(0, path.length() - 2)
        : path.substring(0, path.lastIndexOf('.'));
  }

  private String description(String path) {
    Member member = members.get(path);
    String kind = String.join(" or ", member.kinds);
    return kind.equals("text") && member.texts.size() <= MOST_WORDS
        ? member.texts.stream().sorted().map(word -> "`" + word + "`").collect(joining(", "))
        : kind;
  }

  private String kind(String path, JsonNode node) {
    String name = path.substring(path.lastIndexOf('.') + 1);
    if (links.containsKey(name)) {
      return links.get(name);
    }
    if (OPEN.containsKey(name)) {
      return OPEN.get(name);
    }
    return switch (node.getNodeType()) {
      case OBJECT -> "object";
      case ARRAY -> "array";
      case NUMBER -> "whole number";
      case BOOLEAN -> "true or false";
      case STRING -> kindOfText(node.textValue());
      default -> throw new AssertionError(path + " is " + node);
    };
  }

  private static String kindOfText(String text) {
    if (isInstant(text)) {
      return "instant";
    }
    return UUID_TEXT.matcher(text).matches() ? "UUID" : "text";
  }

  /** Most texts are none, and to have that thrown takes long. */
  private static boolean isInstant(String text) {
    if (!text.endsWith("Z")) {
      return false;
    }
    try {
      Instant.parse(text);
      return true;
    } catch (DateTimeParseException noInstant) {
      return false;
    }
  }
}
