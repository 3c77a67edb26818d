package dev.berth.generator.schema;

import dev.berth.generator.fact.History;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The facts in the documentation of one definition: since when it and its members exist, and what
 * takes the place of deprecated ones. Its sentences are left where they are.
 */
final class Documentation {
  private static final Pattern SECTION = Pattern.compile("^@([\\w.-]+):(.*)$");
  private static final Pattern TAG =
      Pattern.compile("^(Since|Returns?|Features|Errors|Notes?|Examples?|TODO|\\.\\. .*):.*$");
  private static final Pattern SINCE = Pattern.compile("^Since:?\\s+v?(\\d+(\\.\\d+)+)");
  private static final Pattern MEMBER_SINCE =
      Pattern.compile("(?i)\\bsince:?\\s+(?:QEMU\\s+|version\\s+)?v?(\\d+\\.\\d+)");
  private static final Pattern USE = Pattern.compile("\\b[Uu]se ([^.]*)");
  private static final Pattern NAME = Pattern.compile("[@`]([\\w-]+)");

  private final Map<String, String> members = new HashMap<>();
  private final Map<String, String> features = new HashMap<>();
  private Optional<String> since = Optional.empty();

  private Documentation() {}

  static Documentation of(List<String> lines) {
    var documentation = new Documentation();
    Map<String, String> target = documentation.members;
    String current = "";
    for (String line : lines) {
      Matcher sinceLine = SINCE.matcher(line);
      Matcher section = SECTION.matcher(line);
      if (sinceLine.find()) {
        documentation.since = documentation.since.or(() -> Optional.of(minor(sinceLine.group(1))));
        current = "";
      } else if (section.matches()) {
        current = section.group(1);
        target.merge(current, section.group(2), Documentation::join);
      } else if (TAG.matcher(line).matches()) {
        target = line.startsWith("Features:") ? documentation.features : documentation.members;
        current = "";
      } else if (!current.isEmpty()) {
        target.merge(current, line, Documentation::join);
      }
    }
    return documentation;
  }

  /** What this tells of the definition itself. */
  History about(History history) {
    History aged = since.map(history::withSince).orElse(history);
    return aged.has("deprecated") ? aged.withEnd(Optional.empty(), successors()) : aged;
  }

  /** What this tells of that member. */
  History about(String member, History history) {
    Matcher matcher = MEMBER_SINCE.matcher(members.getOrDefault(member, ""));
    History aged = matcher.find() ? history.withSince(matcher.group(1)) : history;
    return aged.has("deprecated") ? aged.withEnd(Optional.empty(), successors()) : aged;
  }

  /** The names that the note on deprecation tells to use. */
  private List<String> successors() {
    var names = new ArrayList<String>();
    Matcher use = USE.matcher(features.getOrDefault("deprecated", ""));
    while (use.find()) {
      NAME.matcher(use.group(1)).results().forEach(name -> names.add(name.group(1)));
    }
    return names;
  }

  private static String minor(String version) {
    return version.replaceFirst("^(\\d+\\.\\d+)\\.0$", "$1");
  }

  private static String join(String text, String more) {
    return text + " " + more.strip();
  }
}
