package dev.berth.generator.java;

import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.History;
import dev.berth.generator.fact.Versions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Javadoc: our sentence, QEMU's name, and what is known of its age. */
final class Docs {
  private final Model model;
  private final Words words;

  Docs(Model model, Words words) {
    this.model = model;
    this.words = words;
  }

  /** The Javadoc of that definition's class. */
  String type(Definition definition) {
    String name = "QAPI {@code " + definition.name() + "}, " + file(definition) + ".json";
    String facts = facts(definition.history(), Set.copyOf(Versions.of(definition.module())));
    return words.about(definition).map(Docs::escape).map(s -> s + "\n\n<p>").orElse("")
        + name
        + (facts.isEmpty() ? "." : "; " + facts + ".");
  }

  /** The Javadoc of the record of that branch, which holds the members of that struct. */
  String branch(Definition union, String branch, Optional<Definition> struct) {
    return "When {@code "
        + union.discriminator().orElseThrow()
        + "} is {@code "
        + branch
        + "}"
        + struct.flatMap(words::about).map(Docs::escape).map(s -> ". " + s).orElse(".");
  }

  /** A {@code @param} line. */
  String param(Component component) {
    return "@param " + component.name() + " " + component(component);
  }

  /** What is known of a component. */
  String component(Component component) {
    Definition owner = model.definition(component.owner());
    return item(owner, component.wire(), component.item().history(), "{@code ");
  }

  /** What is known of a value or a branch. */
  String item(Definition owner, String name, History history, String otherwise) {
    String facts = facts(history, owner.history().in());
    return words.about(owner, name).map(Docs::escape).orElse(otherwise + name + "}")
        + (facts.isEmpty() ? "" : "; " + facts);
  }

  private static String file(Definition definition) {
    return definition.module().equals("guest-agent") ? "qga/qapi-schema" : definition.module();
  }

  private static String facts(History history, Set<String> expected) {
    List<String> facts = new ArrayList<>();
    history.since().ifPresent(v -> facts.add(v.startsWith("after") ? v : "since " + v));
    history.removed().ifPresent(v -> facts.add("removed in " + v));
    boolean gone =
        history.removed().isEmpty()
            && history.documents().isEmpty()
            && !history.in().isEmpty()
            && expected.stream().anyMatch(v -> isNewer(v, history.in()));
    if (gone) {
      facts.add("last in " + history.in().stream().reduce("", (a, b) -> b));
    }
    if (!history.documents().isEmpty()) {
      facts.add("in the documents of " + String.join(", ", history.documents()) + " only");
    }
    if (history.has("deprecated") && history.removed().isEmpty()) {
      facts.add("deprecated");
    }
    if (!history.instead().isEmpty()) {
      facts.add(
          "instead: "
              + history.instead().stream()
                  .map(name -> "{@code " + name + "}")
                  .collect(Collectors.joining(", ")));
    }
    if (history.has("unstable")) {
      facts.add("unstable");
    }
    if (history.has("allow-oob")) {
      facts.add("allowed out of band");
    }
    history.condition().ifPresent(c -> facts.add("needs {@code " + c + "}"));
    return String.join("; ", facts);
  }

  private static boolean isNewer(String version, Set<String> than) {
    return than.stream().allMatch(other -> Versions.compare(other, version) < 0);
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("@", "&#64;")
        .replace("*/", "*&#47;");
  }
}
