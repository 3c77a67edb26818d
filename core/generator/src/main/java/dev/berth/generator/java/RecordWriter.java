package dev.berth.generator.java;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterSpec;
import com.palantir.javapoet.TypeSpec;
import java.util.List;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;

/** The parts that all records have in common. */
final class RecordWriter {
  private final Types types;
  private final Docs docs;

  RecordWriter(Types types, Docs docs) {
    this.types = types;
    this.docs = docs;
  }

  /** A record with these components, which copies its lists. */
  TypeSpec.Builder record(ClassName name, List<Component> components, String javadoc) {
    String params = components.stream().map(docs::param).collect(Collectors.joining("\n"));
    TypeSpec.Builder type =
        start(name).addJavadoc("$L", params.isEmpty() ? javadoc : javadoc + "\n\n" + params);
    CodeBlock copies = copies(components);
    MethodSpec.Builder constructor =
        copies.isEmpty()
            ? MethodSpec.constructorBuilder()
            : MethodSpec.compactConstructorBuilder()
                .addModifiers(Modifier.PUBLIC)
                .addJavadoc("One whose lists nobody changes any more.")
                .addCode(copies);
    components.forEach(
        c -> constructor.addParameter(ParameterSpec.builder(Types.declared(c), c.name()).build()));
    return type.recordConstructor(constructor.build());
  }

  /** A record, public and, inside another type, static. */
  static TypeSpec.Builder start(ClassName name) {
    TypeSpec.Builder type = TypeSpec.recordBuilder(name).addModifiers(Modifier.PUBLIC);
    return name.enclosingClassName() == null ? type : type.addModifiers(Modifier.STATIC);
  }

  private static CodeBlock copies(List<Component> components) {
    CodeBlock.Builder copies = CodeBlock.builder();
    for (Component component : components) {
      if (component.list()) {
        copies.addStatement(
            component.optional() ? "$1L = $1L.map($2T::copyOf)" : "$1L = $2T.copyOf($1L)",
            component.name(),
            ClassName.get(List.class));
      }
    }
    return copies.build();
  }

  /** A method that reads such a record. */
  MethodSpec read(ClassName name, List<Component> components) {
    CodeBlock values =
        components.stream()
            .map(component -> types.read(component, "object"))
            .collect(CodeBlock.joining(",\n"));
    MethodSpec.Builder method =
        MethodSpec.methodBuilder("read")
            .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
            .addJavadoc(
                "Reads one; members that it does not know are ignored.\n\n"
                    + "@throws dev.berth.json.MalformedReplyException when a mandatory member is"
                    + " missing or one is of another type")
            .addParameter(Types.NODE, "value")
            .returns(name);
    if (components.isEmpty()) {
      return method
          .addStatement("$T.object(value)", Types.WIRE)
          .addStatement("return new $T()", name)
          .build();
    }
    return method
        .addStatement("$T object = $T.object(value)", Types.OBJECT, Types.WIRE)
        .addStatement("return new $T(\n$L)", name, values)
        .build();
  }

  /** The component beside the local variable {@code object}. */
  static String field(Component component) {
    return component.name().equals("object") ? "this.object" : component.name();
  }

  /** A method that writes such a record; first what is fixed. */
  static MethodSpec encode(String method, CodeBlock first, List<Component> components) {
    MethodSpec.Builder encode =
        MethodSpec.methodBuilder(method)
            .addAnnotation(Override.class)
            .addModifiers(Modifier.PUBLIC)
            .returns(Types.OBJECT);
    if (first.isEmpty() && components.isEmpty()) {
      return encode.addStatement("return $T.object()", Types.JSON).build();
    }
    encode.addStatement("$T object = $T.object()", Types.OBJECT, Types.JSON).addCode(first);
    for (Component component : components) {
      encode.addStatement(
          "$T.$L(object, $S, $L)",
          Types.WIRE,
          component.unsigned() ? "putUnsigned" : "put",
          component.wire(),
          field(component));
    }
    return encode.addStatement("return object").build();
  }
}
