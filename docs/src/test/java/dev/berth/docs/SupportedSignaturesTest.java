package dev.berth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javassist.bytecode.ClassFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Supported signatures are on record in {@code docs/api}, a file for each version, and programs
 * that are built on a record go on to work. {@link #REFRESH} writes the record of the version that
 * the root {@code pom.xml} is at, to be read as a diff before it is committed; those of earlier
 * versions are never written again.
 */
final class SupportedSignaturesTest {
  private static final String REFRESH =
      "mvn -pl docs -am test -Dtest=SupportedSignaturesTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.refresh=true";
  private static final Path RECORDS = Path.of("api");
  private static final Pattern VERSION =
      Pattern.compile("<artifactId>berth</artifactId>\\s*<version>(\\d+\\.\\d+)\\.");

  /** Programs use these and do not implement them; they may gain methods. */
  private static final Set<String> IMPLEMENTED_BY_BERTH =
      Set.of("VmHost", "Console", "EventStream", "EventSubscription");

  @Test
  void everySupportedSignatureIsOnRecord() throws IOException {
    Path file = record(version());
    String now = ApiText.of(SupportedTypes.classFiles());
    if (Boolean.getBoolean("golden.refresh")) {
      Files.writeString(file, now);
    }
    Set<String> recorded = signatures(Files.readString(file));
    Set<String> present = signatures(now);

    assertThat(without(recorded, present))
        .as("gone or changed, and programs may use it; where that is meant: %s", REFRESH)
        .isEmpty();
    assertThat(without(present, recorded))
        .as("not on record; where that is meant: %s", REFRESH)
        .isEmpty();
  }

  @ParameterizedTest
  @MethodSource("records")
  void programsThatAreBuiltOnARecordGoOnToWork(Path file) throws IOException {
    assertThat(breaks(Files.readString(file))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("records")
  void aTypeIsSupportedSinceTheRecordThatHasItFirst(Path file) throws IOException {
    Set<String> before = new TreeSet<>();
    for (Path other : records().filter(other -> other.compareTo(file) < 0).toList()) {
      topLevelTypes(other).forEach(line -> before.add(line.name()));
    }

    assertThat(topLevelTypes(file))
        .filteredOn(line -> !before.contains(line.name()))
        .isNotEmpty()
        .allMatch(line -> file.equals(record(line.clauses().get("since"))));
  }

  @Test
  void aRecordIsReadAsItWasWritten() throws IOException {
    String record = Files.readString(record(version()));

    assertThat(ApiText.of(ApiStubs.of(record)))
        .isEqualTo(record.replaceAll("(?m) = .*$|sealed | since [0-9.]+$", ""));
  }

  @ParameterizedTest
  @MethodSource("records")
  void whatWouldBreakAProgramIsNamed(Path file) throws IOException {
    String record = Files.readString(file);

    assertThat(breaks(record + "public class dev.berth.Gone extends java.lang.Object\n"))
        .contains("dev.berth.Gone: CLASS_REMOVED");
    assertThat(
            breaks(
                changed(
                    record, "( *public abstract list \\(\\))", "  public abstract gone ()V\n$1")))
        .contains("dev.berth.host.VmHost.gone: METHOD_REMOVED");
    assertThat(breaks(changed(record, "(abstract domain .*)DomainSnapshot;", "$1ByteSize;")))
        .contains("dev.berth.host.VmHost.domain: METHOD_RETURN_TYPE_CHANGED");
    assertThat(breaks(changed(record, "(abstract list .*)DomainSnapshot;", "$1ByteSize;")))
        .contains("dev.berth.host.VmHost.list: METHOD_RETURN_TYPE_GENERICS_CHANGED");
    assertThat(breaks(changed(record, " *public abstract heard .*", "")))
        .contains("dev.berth.host.EventListener.heard: METHOD_ADDED_TO_INTERFACE");
    assertThat(breaks(changed(record, "(?s)(StartMode.*? final )RUNNING", "$1GONE")))
        .contains("dev.berth.host.StartMode.GONE: FIELD_REMOVED");
    assertThat(breaks(changed(record, "(?s)(ByteSize .*?<init> \\()J", "$1I")))
        .contains("dev.berth.domain.ByteSize.ByteSize: CONSTRUCTOR_REMOVED");
  }

  private static String changed(String record, String from, String to) {
    String changed = record.replaceFirst(from, to);
    assertThat(changed).as(from).isNotEqualTo(record);
    return changed;
  }

  /** Of the versions that this one is to be compatible with, and its own. */
  static Stream<Path> records() throws IOException {
    String major = version().replaceFirst("\\..*", ".");
    try (Stream<Path> files = Files.list(RECORDS)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(major))
          .sorted()
          .toList()
          .stream();
    }
  }

  private static List<String> breaks(String record) throws IOException {
    List<ClassFile> now = SupportedTypes.classFiles();
    return ApiCompatibility.breaks(ApiStubs.of(record), now).stream()
        .filter(line -> !isNewMethodOfOurs(line))
        .toList();
  }

  private static boolean isNewMethodOfOurs(String line) {
    return line.endsWith(": METHOD_ADDED_TO_INTERFACE")
        && IMPLEMENTED_BY_BERTH.stream().anyMatch(type -> line.contains(".host." + type + "."));
  }

  private static List<ApiLine> topLevelTypes(Path record) throws IOException {
    return Files.readString(record)
        .lines()
        .filter(line -> line.startsWith("public") && line.contains(" since "))
        .map(ApiLine::of)
        .toList();
  }

  /** Each line of a member with its type before it. */
  private static Set<String> signatures(String text) {
    Set<String> signatures = new LinkedHashSet<>();
    String type = "";
    for (String line : text.lines().filter(each -> !each.isEmpty()).toList()) {
      if (line.startsWith(" ")) {
        signatures.add(type + line);
      } else {
        type = ApiLine.of(line).name();
        signatures.add(line);
      }
    }
    return signatures;
  }

  private static Set<String> without(Set<String> all, Set<String> some) {
    Set<String> rest = new LinkedHashSet<>(all);
    rest.removeAll(some);
    return rest;
  }

  private static Path record(String version) {
    return RECORDS.resolve(version + ".txt");
  }

  private static String version() throws IOException {
    Matcher found = VERSION.matcher(Files.readString(Path.of("..", "pom.xml")));
    assertThat(found.find()).isTrue();
    return found.group(1);
  }
}
