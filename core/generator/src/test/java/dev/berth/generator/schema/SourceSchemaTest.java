package dev.berth.generator.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.Kind;
import dev.berth.generator.fact.TypeName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SourceSchemaTest {
  @TempDir Path sources;

  @Test
  void readsNamesTypesAgesAndConditions() throws IOException {
    Definition command =
        read(
                "5.2",
                """
                # not documentation
                ##
                # @block-copy:
                #
                # Copies.
                #
                # @device: which one
                #
                # @speed: how fast, in bytes
                #     per second (since 2.6)
                #
                # Features:
                #
                # @deprecated: Member @device is deprecated.  Use @node-name
                #     instead.
                #
                # Since: 2.4
                ##
                { 'command': 'block-copy', 'allow-oob': true,
                  'data': { 'device': { 'type': 'str', 'features': [ 'deprecated' ] },
                            '*speed': 'uint64',
                            'files': { 'type': ['str'], 'if': 'defined(CONFIG_POSIX)' } },
                  'returns': ['str'] } # trailing
                """)
            .get("block-copy");

    assertThat(command.history().since()).contains("2.4");
    assertThat(command.history().flags()).containsEntry("allow-oob", Set.of("5.2"));
    assertThat(command.returns()).contains(new TypeName("str", true));
    assertThat(command.members().get("device").history().instead()).containsExactly("node-name");
    assertThat(command.members().get("speed").history().since()).contains("2.6");
    assertThat(command.members().get("speed").optionalIn()).containsExactly("5.2");
    assertThat(command.members().get("files").history().condition()).contains("CONFIG_POSIX");
  }

  @Test
  void aUnionWithoutDiscriminatorIsSpeltOut() throws IOException {
    Map<String, Definition> schema =
        read("5.2", "{ 'union': 'Copy', 'data': { 'file': 'CopyFile', 'name': 'str' } }");

    Definition union = schema.get("Copy");
    assertThat(union.discriminator()).contains("type");
    assertThat(union.branches().get("file").type()).contains(TypeName.parse("CopyFileWrapper"));
    assertThat(union.branches().get("name").type()).contains(TypeName.parse("StringWrapper"));
    assertThat(schema.get("CopyFileWrapper").members().get("data").type())
        .contains(TypeName.parse("CopyFile"));
    assertThat(schema.get("CopyKind").kind()).isEqualTo(Kind.ENUM);
  }

  @Test
  void aConditionReadsTheSameHoweverItIsWritten() throws IOException {
    assertThat(condition("[ 'defined(A)', 'defined(B)' ]")).isEqualTo("A && B");
    assertThat(condition("{ 'all': [ 'A', { 'not': 'B' } ] }")).isEqualTo("A && !B");
    assertThat(condition("{ 'any': [ 'A', 'B' ] }")).isEqualTo("(A || B)");
  }

  @Test
  void versionsMakeOneModel() throws IOException {
    Map<String, Definition> older =
        read(
            "5.2",
            "{ 'struct': 'Old', 'data': { 'a': 'int', 'gone': 'str' } }"
                + "{ 'struct': 'Holder', 'data': { 'one': 'Old', 'two': 'int' } }");
    Map<String, Definition> newer =
        read(
            "7.2",
            "{ 'struct': 'New', 'data': { 'a': 'size' } }"
                + "{ 'struct': 'Holder', 'data': { 'one': 'New', '*two': 'int', 'three': 'str' } }");

    Map<String, Definition> model = Merger.merge(List.of(newer, older));

    assertThat(model).containsOnlyKeys("New", "Holder");
    assertThat(model.get("New").members()).containsOnlyKeys("a", "gone");
    assertThat(model.get("New").history().in()).containsExactly("5.2", "7.2");
    assertThat(model.get("New").members().get("gone").history().in()).containsExactly("5.2");
    assertThat(model.get("Holder").members().get("one").types())
        .containsEntry("5.2", TypeName.parse("Old"));
    assertThat(model.get("Holder").members().get("two").optionalIn()).containsExactly("7.2");
    assertThat(model.get("Holder").members().get("three").history().in()).containsExactly("7.2");
  }

  @Test
  void aMistakeIsNamedWithItsLine() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("7.2", "{ 'struct': 'A',\n  'data' 7 }"))
        .withMessageContaining("line 2");
  }

  private String condition(String written) throws IOException {
    return read("7.2", "{ 'struct': 'A', 'data': {}, 'if': " + written + " }")
        .get("A")
        .history()
        .condition()
        .orElseThrow();
  }

  private Map<String, Definition> read(String version, String schema) throws IOException {
    Path folder = Files.createDirectories(sources.resolve(version + "/qapi"));
    Files.writeString(folder.resolve("block-core.json"), schema);
    return SourceSchema.monitor(version, folder.getParent());
  }
}
