package dev.berth.generator.java;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeSpec;
import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.FactFiles;
import dev.berth.generator.fact.History;
import dev.berth.generator.fact.Kind;
import dev.berth.generator.fact.Versions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.lang.model.element.Modifier;

/**
 * A class with one text: a line for each command and argument of which it is known since when it
 * exists, until when, or what takes its place.
 */
final class HistoryWriter {

  /** Whose commands it tells of. */
  enum World {
    QEMU("QapiHistory"),
    AGENT("AgentHistory");

    private final ClassName name;

    World(String name) {
      this.name = ClassName.get(Types.ROOT, name);
    }

    boolean has(Definition command) {
      return command.module().equals(FactFiles.GUEST_AGENT) == (this == AGENT);
    }
  }

  private final World world;
  private final List<String> lines = new ArrayList<>();

  HistoryWriter(World world) {
    this.world = world;
  }

  ClassName name() {
    return world.name;
  }

  /** Adds the commands of that model, if it is of this world. */
  void add(Model model) {
    for (Definition command : model.definitions()) {
      if (command.kind() == Kind.COMMAND && world.has(command)) {
        Set<String> whole = Set.copyOf(Versions.of(command.module()));
        add(command.name(), command.history(), whole);
        for (Model.Owned member : model.members(command)) {
          String name = command.name() + "." + member.item().name();
          add(name, member.item().history(), command.history().in());
        }
      }
    }
  }

  private void add(String name, History history, Set<String> whole) {
    Optional<String> since = history.since().or(() -> after(history, whole));
    boolean known =
        since.isPresent() || history.removed().isPresent() || !history.instead().isEmpty();
    if (known) {
      lines.add(
          String.join(
              "\t",
              name,
              since.orElse(""),
              history.removed().orElse(""),
              history.instead().stream().findFirst().orElse("")));
    }
  }

  /** The last version before it, when QEMU does not say since when it is there. */
  private static Optional<String> after(History history, Set<String> whole) {
    return history.in().stream()
        .findFirst()
        .flatMap(
            first ->
                whole.stream()
                    .filter(version -> Versions.compare(version, first) < 0)
                    .max(Versions::compare))
        .map(version -> "after " + version);
  }

  TypeSpec write() {
    return TypeSpec.classBuilder(world.name)
        .addModifiers(Modifier.PUBLIC, Modifier.FINAL)
        .addJavadoc(
            "Since when $L its commands and arguments, and until when, as far as that is known.",
            world == World.QEMU ? "QEMU has" : "the guest agent has")
        .addMethod(MethodSpec.constructorBuilder().addModifiers(Modifier.PRIVATE).build())
        .addField(
            FieldSpec.builder(
                    String.class, "LINES", Modifier.PUBLIC, Modifier.STATIC, Modifier.FINAL)
                .addJavadoc(
                    "A line for each command, and {@code command.argument}: its name, since,"
                        + " removed in, instead; with a tab between them, empty where unknown.")
                .initializer("$S", String.join("\n", lines))
                .build())
        .build();
  }
}
