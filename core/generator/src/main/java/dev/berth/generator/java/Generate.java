package dev.berth.generator.java;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeSpec;
import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.FactFiles;
import dev.berth.generator.fact.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;

/** Writes the Java model of all facts. */
public final class Generate {
  private static final ClassName EVENT = ClassName.get(Types.ROOT, "QapiEvent");

  private Generate() {}

  /** Runs with two paths: the folder of facts and words, and the one for Java sources. */
  public static void main(String[] arguments) throws IOException {
    Path input = Path.of(arguments[0]);
    var output = new Output(Path.of(arguments[1]));
    if (!output.isOlderThan(input)) {
      return;
    }
    write(FactFiles.read(input.resolve("facts")), Words.read(input.resolve("words")), output);
    output.finish(input);
  }

  static void write(Collection<Definition> facts, Words words, Output output) throws IOException {
    var packages = new TreeMap<String, TreeSet<String>>();
    var events = new TreeMap<String, ClassName>();
    List<HistoryWriter> histories =
        Stream.of(HistoryWriter.World.values()).map(HistoryWriter::new).toList();
    var agent = new AgentSchemaWriter();
    for (Model model : Model.of(facts)) {
      histories.forEach(history -> history.add(model));
      agent.add(model);
      var writer = new TypeWriter(model, words);
      for (Definition definition : model.definitions()) {
        ClassName name = new Types(model).of(definition);
        packages.computeIfAbsent(name.packageName(), p -> new TreeSet<>()).add(definition.module());
        if (definition.kind() == Kind.EVENT) {
          events.put(definition.name(), name);
        }
        TypeSpec type = writer.write(definition).orElse(null);
        if (type != null) {
          output.write(name.packageName(), name.simpleName(), source(name.packageName(), type));
        }
      }
    }
    ClassName reader = ClassName.get(Types.ROOT, "EventReader");
    output.write(Types.ROOT, reader.simpleName(), source(Types.ROOT, events(reader, events)));
    for (HistoryWriter history : histories) {
      output.write(Types.ROOT, history.name().simpleName(), source(Types.ROOT, history.write()));
    }
    output.write(
        Types.ROOT, AgentSchemaWriter.NAME.simpleName(), source(Types.ROOT, agent.write()));
    for (Map.Entry<String, TreeSet<String>> entry : packages.entrySet()) {
      output.write(entry.getKey(), "package-info", packageInfo(entry.getKey(), entry.getValue()));
    }
  }

  private static String source(String packageName, TypeSpec type) {
    return JavaFile.builder(packageName, type).skipJavaLangImports(true).build().toString();
  }

  /** What finds the record of an event. */
  private static TypeSpec events(ClassName name, Map<String, ClassName> events) {
    CodeBlock.Builder cases = CodeBlock.builder();
    events.forEach((word, type) -> cases.add("case $S -> $T.read(data);\n", word, type));
    cases.add("default -> null;\n");
    ClassName nullable = ClassName.get("org.jspecify.annotations", "Nullable");
    return TypeSpec.classBuilder(name)
        .addModifiers(Modifier.FINAL)
        .addJavadoc("Finds the record of an event by its name.")
        .addMethod(MethodSpec.constructorBuilder().addModifiers(Modifier.PRIVATE).build())
        .addMethod(
            MethodSpec.methodBuilder("read")
                .addModifiers(Modifier.STATIC)
                .addJavadoc("The event of that name; null when none is known.")
                .addAnnotation(nullable)
                .returns(EVENT)
                .addParameter(String.class, "name")
                .addParameter(Types.NODE, "data")
                .addCode("return switch (name) {\n$>$L$<};\n", cases.build())
                .build())
        .build();
  }

  private static String packageInfo(String name, Collection<String> modules) {
    return """
        /**
         * QAPI's %s: generated. Commands are records named after them, to be given to {@link
         * dev.berth.qmp.QmpConnection}; names, members and types are those of the schema.
         */
        @NullMarked
        package %s;

        import org.jspecify.annotations.NullMarked;
        """
        .formatted(
            String.join(", ", modules.stream().map(m -> "{@code " + m + "}").toList()), name);
  }
}
