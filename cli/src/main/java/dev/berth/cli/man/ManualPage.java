package dev.berth.cli.man;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** One manual page on a command line with all its commands. Not thread-safe. */
public final class ManualPage {
  private final CommandLine root;
  private final List<Section> sections;
  private final Roff page = new Roff();

  /**
   * A page.
   *
   * @param root with every command
   * @param sections that follow what the model says
   */
  public ManualPage(CommandLine root, List<Section> sections) {
    this.root = root;
    this.sections = List.copyOf(sections);
  }

  /**
   * A section that no model knows: a list.
   *
   * @param title in capitals
   * @param items what is explained, and its explanation
   */
  public record Section(String title, List<Map.Entry<String, String>> items) {
    /** Copies the list. */
    public Section {
      items = List.copyOf(items);
    }
  }

  /** The page, for {@code man -l}. */
  public String text() {
    CommandSpec spec = root.getCommandSpec();
    page.title(spec.name().toUpperCase(Locale.ROOT), 1, "Berth", "Berth Manual");
    String summary = String.join(" ", spec.usageMessage().description());
    page.section("NAME").text(spec.name() + " - " + inAList(summary));
    page.section("SYNOPSIS").text(spec.name() + " [OPTION]... COMMAND [OPTION]... [ARGUMENT]...");
    page.section("DESCRIPTION").text(summary);
    page.section("OPTIONS").text("Every command takes these, before or after its name.");
    spec.options().forEach(this::option);
    page.section("COMMANDS");
    commands(root);
    for (Section section : sections) {
      page.section(section.title());
      section.items().forEach(item -> page.item(item.getKey(), item.getValue()));
    }
    return page.toString();
  }

  private void commands(CommandLine group) {
    for (Map.Entry<String, CommandLine> each : group.getSubcommands().entrySet()) {
      CommandSpec spec = each.getValue().getCommandSpec();
      boolean isAlias = !each.getKey().equals(spec.name());
      if (!each.getValue().getSubcommands().isEmpty()) {
        commands(each.getValue());
      } else if (!isAlias) {
        command(spec);
      }
    }
  }

  private void command(CommandSpec spec) {
    page.part(synopsis(spec)).text(String.join(" ", spec.usageMessage().description()));
    if (spec.aliases().length > 0) {
      page.text("Other name: " + String.join(", ", spec.aliases()) + ".");
    }
    for (PositionalParamSpec argument : spec.positionalParameters()) {
      page.item(argument.paramLabel(), String.join(" ", argument.description()));
    }
    for (OptionSpec option : spec.options()) {
      if (!option.inherited()) {
        option(option);
      }
    }
  }

  /** For example {@code vmctl wait --for=STATE[,STATE] [--timeout=DURATION] NAME}. */
  private static String synopsis(CommandSpec spec) {
    List<String> words = new ArrayList<>(List.of(spec.qualifiedName()));
    for (OptionSpec option : spec.options()) {
      if (!option.inherited()) {
        String word = option.longestName() + value(option);
        words.add(option.required() ? word : "[" + word + "]");
      }
    }
    for (PositionalParamSpec argument : spec.positionalParameters()) {
      String word = argument.paramLabel() + (argument.arity().max() > 1 ? "..." : "");
      words.add(argument.required() ? word : "[" + word + "]");
    }
    return String.join(" ", words);
  }

  private void option(OptionSpec option) {
    page.item(
        String.join(", ", option.names()) + value(option), String.join(" ", option.description()));
  }

  private static String value(OptionSpec option) {
    return option.arity().max() > 0 ? "=" + option.paramLabel() : "";
  }

  /** As whatis(1) lists it: no capital, no full stop. */
  private static String inAList(String sentence) {
    String words = sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    return words.substring(0, 1).toLowerCase(Locale.ROOT) + words.substring(1);
  }
}
