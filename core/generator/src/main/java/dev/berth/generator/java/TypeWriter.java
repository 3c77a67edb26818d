package dev.berth.generator.java;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.Item;
import dev.berth.generator.fact.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.lang.model.element.Modifier;

/** Writes the class of one definition. */
final class TypeWriter {
  private static final ClassName COMMAND = ClassName.get("dev.berth.qmp", "QmpCommand");
  private static final ClassName EVENT = ClassName.get(Types.ROOT, "QapiEvent");
  private static final ClassName TEXT =
      ClassName.get("com.fasterxml.jackson.databind.node", "TextNode");
  private static final ClassName NULLABLE = ClassName.get("org.jspecify.annotations", "Nullable");

  private final Model model;
  private final Types types;
  private final Docs docs;
  private final RecordWriter records;
  private final BuilderWriter builders;

  TypeWriter(Model model, Words words) {
    this.model = model;
    this.types = new Types(model);
    this.docs = new Docs(model, words);
    this.records = new RecordWriter(types, docs);
    this.builders = new BuilderWriter(docs);
  }

  /** The class, if the definition has one of its own. */
  Optional<TypeSpec> write(Definition definition) {
    return switch (definition.kind()) {
      case COMMAND -> Optional.of(command(definition));
      case EVENT -> Optional.of(event(definition));
      case STRUCT ->
          model.commandOf(definition).isPresent()
              ? Optional.empty()
              : Optional.of(struct(definition));
      case UNION -> Optional.of(new UnionWriter(model, types, docs).write(definition));
      case ALTERNATE -> Optional.of(new AlternateWriter(model, types, docs).write(definition));
      case ENUM -> Optional.of(enumeration(definition));
    };
  }

  private TypeSpec struct(Definition struct) {
    ClassName name = types.of(struct);
    List<Component> components = types.components(model.members(struct), struct);
    TypeSpec.Builder type =
        records
            .record(name, components, docs.type(struct))
            .addSuperinterface(Types.VALUE)
            .addMethod(records.read(name, components))
            .addMethod(RecordWriter.encode("encode", CodeBlock.of(""), components));
    if (model.isInput(struct)) {
      builders.add(type, name, components);
    }
    return type.build();
  }

  private TypeSpec event(Definition event) {
    ClassName name = types.of(event);
    List<Component> components = types.components(model.members(event), event);
    return records
        .record(name, components, docs.type(event))
        .addSuperinterface(EVENT)
        .addMethod(records.read(name, components))
        .addMethod(RecordWriter.encode("encode", CodeBlock.of(""), components))
        .build();
  }

  private TypeSpec command(Definition command) {
    ClassName name = types.of(command);
    TypeName returned = returned(command);
    TypeSpec.Builder type;
    Optional<Definition> boxed = command.boxed().map(model::definition);
    if (boxed.filter(b -> b.kind() == Kind.UNION).isPresent()) {
      type = boxedUnion(command, name, boxed.get());
    } else {
      List<Component> components = types.components(model.members(command), command);
      if (command.history().has("open")) {
        type = open(command, name, components);
      } else {
        type = records.record(name, components, docs.type(command));
        type.addMethod(records.read(name, components))
            .addMethod(RecordWriter.encode("arguments", CodeBlock.of(""), components));
        builders.add(type, name, components);
      }
      if (boxed.flatMap(model::commandOf).filter(command::equals).isPresent()) {
        type.addSuperinterface(Types.VALUE)
            .addMethod(
                MethodSpec.methodBuilder("encode")
                    .addAnnotation(Override.class)
                    .addModifiers(Modifier.PUBLIC)
                    .returns(Types.OBJECT)
                    .addStatement("return arguments()")
                    .build());
      }
    }
    return type.addSuperinterface(ParameterizedTypeName.get(COMMAND, returned))
        .addMethod(
            MethodSpec.methodBuilder("command")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(String.class)
                .addStatement("return $S", command.name())
                .build())
        .addMethod(reply(command, returned))
        .build();
  }

  private TypeSpec.Builder boxedUnion(Definition command, ClassName name, Definition union) {
    return RecordWriter.start(name)
        .addJavadoc("$L\n\n@param options its arguments", docs.type(command))
        .recordConstructor(
            MethodSpec.constructorBuilder().addParameter(types.of(union), "options").build())
        .addMethod(
            reader(name)
                .addStatement("return new $T($T.read(value))", name, types.of(union))
                .build())
        .addMethod(
            MethodSpec.methodBuilder("arguments")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(Types.OBJECT)
                .addStatement("return options.encode()")
                .build());
  }

  /** A command that takes members beyond those in its schema. */
  private TypeSpec.Builder open(Definition command, ClassName name, List<Component> components) {
    if (components.isEmpty()) {
      return records
          .record(name, components, docs.type(command))
          .addMethod(records.read(name, components))
          .addMethod(RecordWriter.encode("arguments", CodeBlock.of(""), components));
    }
    MethodSpec.Builder constructor = MethodSpec.constructorBuilder();
    String params = "";
    for (Component component : components) {
      constructor.addParameter(Types.declared(component), component.name());
      params += docs.param(component) + "\n";
    }
    constructor.addParameter(Types.OBJECT, "properties");
    MethodSpec encode = RecordWriter.encode("arguments", CodeBlock.of(""), components);
    CodeBlock.Builder body =
        CodeBlock.builder().addStatement("$T object = properties.deepCopy()", Types.OBJECT);
    for (Component component : components) {
      body.addStatement(
          "$T.put(object, $S, $L)", Types.WIRE, component.wire(), RecordWriter.field(component));
    }
    return RecordWriter.start(name)
        .addJavadoc(
            "$L\n\n$L@param properties what else the command takes", docs.type(command), params)
        .recordConstructor(constructor.build())
        .addMethod(readOpen(name, components))
        .addMethod(
            MethodSpec.methodBuilder(encode.name())
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(Types.OBJECT)
                .addCode(body.addStatement("return object").build())
                .build());
  }

  private MethodSpec readOpen(ClassName name, List<Component> components) {
    CodeBlock names =
        components.stream()
            .map(component -> CodeBlock.of("$S", component.wire()))
            .collect(CodeBlock.joining(", "));
    CodeBlock values =
        components.stream()
            .map(component -> types.read(component, "object"))
            .collect(CodeBlock.joining(",\n"));
    return reader(name)
        .addStatement("$T object = $T.object(value)", Types.OBJECT, Types.WIRE)
        .addStatement("$T properties = object.deepCopy()", Types.OBJECT)
        .addStatement("properties.remove($T.of($L))", List.class, names)
        .addStatement("return new $T(\n$L,\nproperties)", name, values)
        .build();
  }

  private static MethodSpec.Builder reader(ClassName name) {
    return MethodSpec.methodBuilder("read")
        .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
        .addJavadoc("Reads its arguments.")
        .addParameter(Types.NODE, "value")
        .returns(name);
  }

  private TypeName returned(Definition command) {
    if (command.returns().isEmpty()) {
      return ClassName.get(Void.class)
          .annotated(com.palantir.javapoet.AnnotationSpec.builder(NULLABLE).build());
    }
    return command.history().has("open") ? Types.NODE : types.of(command.returns().get()).box();
  }

  private MethodSpec reply(Definition command, TypeName returned) {
    MethodSpec.Builder decode =
        MethodSpec.methodBuilder("decode")
            .addAnnotation(Override.class)
            .addModifiers(Modifier.PUBLIC)
            .addParameter(Types.NODE, "value")
            .returns(returned);
    if (command.returns().isEmpty()) {
      return decode.addStatement("return null").build();
    }
    return command.history().has("open")
        ? decode.addStatement("return value").build()
        : decode
            .addStatement("return $L", types.readReply(command.returns().get(), "value"))
            .build();
  }

  private TypeSpec enumeration(Definition enumeration) {
    ClassName name = types.of(enumeration);
    TypeSpec.Builder type =
        RecordWriter.start(name)
            .addSuperinterface(Types.VALUE)
            .addJavadoc(
                "$L Open: a value that a later QEMU adds is kept as it came.\n\n"
                    + "@param value the word on the wire",
                docs.type(enumeration))
            .recordConstructor(
                MethodSpec.constructorBuilder().addParameter(String.class, "value").build());
    Set<String> constants = new HashSet<>();
    var values = new ArrayList<Item>(enumeration.members().values());
    for (Item value : values) {
      String constant = JavaNames.constant(value.name());
      while (!constants.add(constant)) {
        constant += "_";
      }
      type.addField(
          FieldSpec.builder(name, constant)
              .addModifiers(Modifier.PUBLIC, Modifier.STATIC, Modifier.FINAL)
              .addJavadoc(
                  "$L",
                  UnionWriter.sentence(
                      docs.item(enumeration, value.name(), value.history(), "{@code ")))
              .initializer("new $T($S)", name, value.name())
              .build());
    }
    return type.addMethod(
            MethodSpec.methodBuilder("read")
                .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
                .addJavadoc("Reads one.")
                .addParameter(Types.NODE, "value")
                .returns(name)
                .addStatement("return new $T($T.asText(value))", name, Types.WIRE)
                .build())
        .addMethod(
            MethodSpec.methodBuilder("encode")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(TEXT)
                .addStatement("return $T.valueOf(value)", TEXT)
                .build())
        .addMethod(
            MethodSpec.methodBuilder("toString")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(String.class)
                .addStatement("return value")
                .build())
        .build();
  }
}
