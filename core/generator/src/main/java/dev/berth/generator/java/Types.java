package dev.berth.generator.java;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.Item;
import dev.berth.generator.fact.Kind;
import java.util.List;
import java.util.Optional;

/** QAPI's types as Java's, and how they are read. */
final class Types {
  static final String ROOT = "dev.berth.qapi";
  static final ClassName WIRE = ClassName.get(ROOT, "Wire");
  static final ClassName VALUE = ClassName.get(ROOT, "QapiValue");
  static final ClassName JSON = ClassName.get("dev.berth.json", "Json");
  static final ClassName NODE = ClassName.get("com.fasterxml.jackson.databind", "JsonNode");
  static final ClassName OBJECT =
      ClassName.get("com.fasterxml.jackson.databind.node", "ObjectNode");

  private final Model model;

  Types(Model model) {
    this.model = model;
  }

  /** The class of that definition. */
  ClassName of(Definition definition) {
    return ClassName.get(
        ROOT + "." + JavaNames.packageOf(definition.module()), model.className(definition));
  }

  /** The Java type of that QAPI type. */
  TypeName of(dev.berth.generator.fact.TypeName type) {
    TypeName element = element(type);
    return type.list()
        ? ParameterizedTypeName.get(ClassName.get(List.class), element.box())
        : element;
  }

  private TypeName element(dev.berth.generator.fact.TypeName type) {
    if (type.isWholeNumber()) {
      return TypeName.LONG;
    }
    return switch (type.name()) {
      case "str" -> ClassName.get(String.class);
      case "bool" -> TypeName.BOOLEAN;
      case "number" -> TypeName.DOUBLE;
      case "any", "null", "QType" -> NODE;
      default -> of(model.definition(type.name()));
    };
  }

  /** The components of a record with these members. */
  List<Component> components(List<Model.Owned> members, Definition in) {
    return members.stream()
        .map(
            member ->
                new Component(
                    member.item(),
                    member.owner(),
                    JavaNames.component(member.item().name()),
                    of(member.item().type().orElseThrow()),
                    Model.isOptional(member.item(), in)))
        .toList();
  }

  /** The type of a component. */
  static TypeName declared(Component component) {
    return component.optional()
        ? ParameterizedTypeName.get(ClassName.get(Optional.class), component.plain().box())
        : component.plain();
  }

  /** An expression that reads that component from an object. */
  CodeBlock read(Component component, String from) {
    dev.berth.generator.fact.TypeName type = component.item().type().orElseThrow();
    String word = scalar(type);
    if (!type.list() && !word.isEmpty()) {
      String method =
          component.optional()
              ? "optional" + Character.toUpperCase(word.charAt(0)) + word.substring(1)
              : word;
      return CodeBlock.of("$T.$L($L, $S)", WIRE, method, from, component.wire());
    }
    String method = type.list() ? "list" : "value";
    String optional =
        type.list() ? "optionalList" : mayBeNull(type) ? "optionalOrNull" : "optional";
    return CodeBlock.of(
        "$T.$L($L, $S, $L)",
        WIRE,
        component.optional() ? optional : method,
        from,
        component.wire(),
        decoder(type));
  }

  /** Whether null is one of its values, which is something else than none. */
  private boolean mayBeNull(dev.berth.generator.fact.TypeName type) {
    return model
        .find(type.name())
        .filter(definition -> definition.kind() == Kind.ALTERNATE)
        .filter(alternate -> alternate.branches().values().stream().anyMatch(Types::isNull))
        .isPresent();
  }

  private static boolean isNull(Item branch) {
    return branch.type().orElseThrow().name().equals("null");
  }

  /** An expression that reads a whole reply. */
  CodeBlock readReply(dev.berth.generator.fact.TypeName type, String from) {
    if (type.list()) {
      return CodeBlock.of("$T.elements($L, $L)", WIRE, from, decoder(type));
    }
    String word = scalar(type);
    return word.isEmpty()
        ? CodeBlock.of("$T.read($L)", element(type), from)
        : CodeBlock.of("$T.as$L($L)", WIRE, capitalized(word), from);
  }

  /** A reference to what reads one element of that type. */
  CodeBlock decoder(dev.berth.generator.fact.TypeName type) {
    String word = scalar(type);
    return word.isEmpty()
        ? CodeBlock.of("$T::read", element(type))
        : CodeBlock.of("$T::as$L", WIRE, capitalized(word));
  }

  private static String scalar(dev.berth.generator.fact.TypeName type) {
    return switch (type.name()) {
      case "str" -> "text";
      case "bool" -> "flag";
      case "number" -> "real";
      case "any", "null", "QType" -> "any";
      case "size", "uint64" -> "unsigned";
      default -> type.isWholeNumber() ? "number" : "";
    };
  }

  private static String capitalized(String word) {
    return Character.toUpperCase(word.charAt(0)) + word.substring(1);
  }
}
