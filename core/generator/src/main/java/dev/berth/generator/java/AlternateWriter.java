package dev.berth.generator.java;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.Item;
import dev.berth.generator.fact.Kind;
import javax.lang.model.element.Modifier;

/** An alternate: a sealed interface with a record for each kind of JSON that it can be. */
final class AlternateWriter {
  private static final ClassName NULL =
      ClassName.get("com.fasterxml.jackson.databind.node", "NullNode");

  private final Model model;
  private final Types types;
  private final Docs docs;

  AlternateWriter(Model model, Types types, Docs docs) {
    this.model = model;
    this.types = types;
    this.docs = docs;
  }

  TypeSpec write(Definition alternate) {
    ClassName name = types.of(alternate);
    TypeSpec.Builder type =
        TypeSpec.interfaceBuilder(name)
            .addModifiers(Modifier.PUBLIC, Modifier.SEALED)
            .addSuperinterface(Types.VALUE)
            .addJavadoc("$L", docs.type(alternate));
    MethodSpec.Builder decode =
        MethodSpec.methodBuilder("read")
            .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
            .addJavadoc("Reads one, by what JSON it is.")
            .addParameter(Types.NODE, "value")
            .returns(name);
    for (Item branch : alternate.branches().values()) {
      ClassName variant = name.nestedClass(JavaNames.variant(branch.name(), name.simpleName()));
      decode
          .beginControlFlow("if (value.$L())", test(branch))
          .addStatement("return new $T($L)", variant, isNull(branch) ? "" : read(branch))
          .endControlFlow();
      type.addType(variant(alternate, name, variant, branch));
    }
    ClassName unknown = name.nestedClass("Unknown");
    decode.addStatement("return new $T(value)", unknown);
    return type.addMethod(decode.build())
        .addType(
            record(name, unknown, Types.NODE, "What a later QEMU adds.", "as it came")
                .addMethod(encode(CodeBlock.of("value.deepCopy()")))
                .build())
        .build();
  }

  private String test(Item branch) {
    dev.berth.generator.fact.TypeName type = branch.type().orElseThrow();
    if (type.list()) {
      return "isArray";
    }
    if (type.isWholeNumber()) {
      return "isIntegralNumber";
    }
    return switch (type.name()) {
      case "str" -> "isTextual";
      case "bool" -> "isBoolean";
      case "number" -> "isNumber";
      case "null" -> "isNull";
      default -> model.definition(type.name()).kind() == Kind.ENUM ? "isTextual" : "isObject";
    };
  }

  private static boolean isNull(Item branch) {
    return branch.type().orElseThrow().name().equals("null");
  }

  private CodeBlock read(Item branch) {
    return types.readReply(branch.type().orElseThrow(), "value");
  }

  private TypeSpec variant(Definition alternate, ClassName of, ClassName name, Item branch) {
    String words = docs.item(alternate, branch.name(), branch.history(), "{@code ");
    if (isNull(branch)) {
      return RecordWriter.start(name)
          .addSuperinterface(of)
          .addJavadoc("$L", UnionWriter.sentence(words))
          .recordConstructor(MethodSpec.constructorBuilder().build())
          .addMethod(encode(CodeBlock.of("$T.getInstance()", NULL)))
          .build();
    }
    TypeName content = types.of(branch.type().orElseThrow());
    return record(of, name, content, UnionWriter.sentence(words), "what it is")
        .addMethod(encode(CodeBlock.of("$T.node(value)", Types.WIRE)))
        .build();
  }

  private static TypeSpec.Builder record(
      ClassName of, ClassName name, TypeName content, String javadoc, String param) {
    return RecordWriter.start(name)
        .addSuperinterface(of)
        .addJavadoc("$L\n\n@param value $L", javadoc, param)
        .recordConstructor(MethodSpec.constructorBuilder().addParameter(content, "value").build());
  }

  private static MethodSpec encode(CodeBlock expression) {
    return MethodSpec.methodBuilder("encode")
        .addAnnotation(Override.class)
        .addModifiers(Modifier.PUBLIC)
        .returns(Types.NODE)
        .addStatement("return $L", expression)
        .build();
  }
}
