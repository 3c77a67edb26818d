package dev.berth.generator.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.History;
import dev.berth.generator.fact.Item;
import dev.berth.generator.fact.Kind;
import dev.berth.generator.fact.TypeName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AlignmentTest {
  private static final String LIVE =
      """
      [{"meta-type": "command", "name": "query-copies", "arg-type": "0", "ret-type": "[1]"},
       {"meta-type": "command", "name": "copy-later", "arg-type": "3", "ret-type": "0"},
       {"meta-type": "array", "name": "[1]", "element-type": "1"},
       {"meta-type": "object", "name": "0", "members": []},
       {"meta-type": "object", "name": "1", "members": [
         {"name": "id", "type": "str"},
         {"name": "mode", "type": "2", "default": null},
         {"name": "target", "type": "4"}]},
       {"meta-type": "enum", "name": "2", "members": [{"name": "full"}, {"name": "top"}]},
       {"meta-type": "object", "name": "3", "members": [{"name": "mode", "type": "2"}]},
       {"meta-type": "object", "name": "4", "members": [{"name": "node", "type": "str"}]},
       {"meta-type": "builtin", "name": "str", "json-type": "string"}]
      """;

  @TempDir Path folder;

  @Test
  void whatIsMaskedGetsItsNameBackAndWhatIsNewOneAfterItsPlace() throws IOException {
    Map<String, Definition> model = model();
    Alignment alignment =
        new Alignment("11.1", "after 10.0", model, live(), Map.of("copy-later", "job"));
    alignment.run();

    assertThat(alignment.problems()).isEmpty();
    Definition info = model.get("CopyInfo");
    assertThat(info.members().get("id").history().in()).containsExactly("10.0", "11.1");
    assertThat(info.members().get("gone").history().in()).containsExactly("10.0");
    assertThat(info.members().get("mode").optionalIn()).containsExactly("11.1");
    assertThat(info.members().get("target").type()).contains(TypeName.parse("CopyInfoTarget"));
    assertThat(model.get("CopyInfoTarget").members()).containsOnlyKeys("node");
    assertThat(model.get("CopyMode").members().get("top").history().since()).contains("after 10.0");
    Definition later = model.get("copy-later");
    assertThat(later.module()).isEqualTo("job");
    assertThat(later.members().get("mode").type()).contains(TypeName.parse("CopyMode"));
  }

  private LiveSchema live() throws IOException {
    Path file = folder.resolve("schema.json.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(LIVE.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    return LiveSchema.read(file);
  }

  private static Map<String, Definition> model() {
    var model = new LinkedHashMap<String, Definition>();
    History history = History.of("10.0");
    Definition command = Definition.empty(Kind.COMMAND, "query-copies", "job", history);
    model.put(
        "query-copies", command.returning(java.util.Optional.of(TypeName.parse("[CopyInfo]"))));
    var members = new LinkedHashMap<String, Item>();
    members.put("id", Item.member("id", TypeName.parse("str"), false, history));
    members.put("gone", Item.member("gone", TypeName.parse("str"), false, history));
    members.put("mode", Item.member("mode", TypeName.parse("CopyMode"), false, history));
    model.put(
        "CopyInfo", Definition.empty(Kind.STRUCT, "CopyInfo", "job", history).withMembers(members));
    model.put(
        "CopyMode",
        Definition.empty(Kind.ENUM, "CopyMode", "job", history)
            .withMembers(Map.of("full", Item.value("full", history))));
    return model;
  }
}
