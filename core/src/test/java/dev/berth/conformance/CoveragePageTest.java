package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.definition.GoldenFile;
import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.FactFiles;
import dev.berth.generator.fact.Kind;
import dev.berth.qapi.TypedCommands;
import dev.berth.qapi.TypedEvents;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page of what there is, and of what was seen of it, is that of the facts and the records. */
final class CoveragePageTest {
  private static final Path FACTS = Path.of("src/main/qapi/facts");
  private static final List<String> DOCUMENTS = List.of("1.x", "1.4", "1.4-qapi", "2.4", "3.0");

  private static final Map<String, Set<String>> INDEX = table("documents.tsv");

  /** Of the domain API, by the commands that they send. */
  private static final Map<String, Set<String>> VERBS = table("verbs.tsv");

  private static List<Definition> messages = List.of();
  private static List<VersionColumn> versions = List.of();

  @BeforeAll
  static void compare() throws IOException {
    List<Definition> facts = FactFiles.read(FACTS);
    messages =
        facts.stream()
            .filter(d -> d.kind() == Kind.COMMAND || d.kind() == Kind.EVENT)
            .filter(d -> !d.module().equals(FactFiles.GUEST_AGENT))
            .toList();
    versions = VersionColumn.all(facts);
  }

  @Test
  void thePageIsWhatFactsSchemasDocumentsAndRecordsSay() throws IOException {
    List<Column.Document> documents =
        DOCUMENTS.stream().map(title -> Column.Document.of(title, INDEX)).toList();
    GoldenFile.check("docs/qmp-coverage.md", CoveragePage.of(messages, documents, versions, VERBS));
  }

  @Test
  void theModelIsEqualToEverySchema() {
    for (VersionColumn version : versions) {
      assertThat(messages)
          .noneMatch(message -> version.cell(message).equals(Optional.of(Cell.DIFFERS)));
    }
  }

  @Test
  void everyCommandAndEventOfTheDocumentsHasARow() {
    assertThat(messages).extracting(Definition::name).containsAll(INDEX.keySet());
    assertThat(INDEX.keySet())
        .allMatch(name -> TypedCommands.all().containsKey(name) || TypedEvents.has(name));
  }

  @Test
  void everyCommandThatAMethodSendsHasARow() {
    assertThat(messages).extracting(Definition::name).containsAll(VERBS.keySet());
  }

  @Test
  void everyCommandAndEventThatIsNotRunOnAVersionHasAReason() {
    List<String> unexplained = new ArrayList<>();
    for (VersionColumn version : versions) {
      messages.stream()
          .filter(message -> version.cell(message).equals(Optional.of(Cell.EQUAL)))
          .filter(message -> CoveragePage.reason(message).isEmpty())
          .forEach(message -> unexplained.add(message.name() + " on " + version.title()));
    }

    assertThat(unexplained).isEmpty();
  }

  @Test
  void noReasonIsGivenForWhatRunsOnEveryVersion() {
    Set<String> needed = new TreeSet<>();
    for (VersionColumn version : versions) {
      messages.stream()
          .filter(message -> version.cell(message).equals(Optional.of(Cell.EQUAL)))
          .forEach(message -> CoveragePage.reason(message).ifPresent(needed::add));
    }

    assertThat(NotRun.reasons().values()).allSatisfy(why -> assertThat(needed).contains(why));
  }

  /** A name and words in each line. */
  private static Map<String, Set<String>> table(String name) {
    Map<String, Set<String>> table = new TreeMap<>();
    try (InputStream in = CoveragePageTest.class.getResourceAsStream(name)) {
      String text = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
      text.lines()
          .map(line -> line.split("\t"))
          .forEach(line -> table.put(line[0], new TreeSet<>(List.of(line[1].split(" ")))));
      return table;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
