package dev.berth.generator.java;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeSpec;
import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.FactFiles;
import dev.berth.generator.fact.Item;
import dev.berth.generator.fact.Kind;
import dev.berth.generator.fact.TypeName;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import javax.lang.model.element.Modifier;

/**
 * A class with one text: the guest agent's commands and their types, in the form in which QEMU
 * tells of its own. The agent itself tells names of commands and no more.
 */
final class AgentSchemaWriter {
  static final ClassName NAME = ClassName.get(Types.ROOT, "AgentSchema");

  private static final String META_TYPE = "meta-type";
  private static final TypeName NOTHING = new TypeName("q_empty", false);

  private final ArrayNode entities = JsonNodeFactory.instance.arrayNode();
  private final Deque<TypeName> open = new ArrayDeque<>();
  private final Set<TypeName> seen = new HashSet<>();

  /** Adds the commands of that world, if it is the agent's. */
  void add(Model model) {
    for (Definition command : model.definitions()) {
      if (command.kind() == Kind.COMMAND && command.module().equals(FactFiles.GUEST_AGENT)) {
        command(model, command);
      }
    }
    while (!open.isEmpty()) {
      type(model, open.remove());
    }
  }

  private void command(Model model, Definition command) {
    String arguments = "q_obj_" + command.name() + "-arg";
    entity(command.name(), "command")
        .put("arg-type", arguments)
        .put("ret-type", reference(command.returns().orElse(NOTHING)));
    members(model, command, entity(arguments, "object").putArray("members"));
  }

  private void type(Model model, TypeName type) {
    if (type.list()) {
      TypeName element = new TypeName(type.name(), false);
      entity(type.text(), "array").put("element-type", reference(element));
    } else if (type.equals(NOTHING)) {
      entity(type.text(), "object").putArray("members");
    } else if (type.isBuiltin()) {
      entity(type.name(), "builtin").put("json-type", jsonType(type));
    } else {
      definition(model, model.definition(type.name()));
    }
  }

  private void definition(Model model, Definition type) {
    switch (type.kind()) {
      case ENUM -> {
        ArrayNode values = entity(type.name(), "enum").putArray("values");
        type.members().keySet().forEach(values::add);
      }
      case ALTERNATE -> {
        ArrayNode members = entity(type.name(), "alternate").putArray("members");
        for (Item branch : type.branches().values()) {
          members.addObject().put("type", reference(branch.type().orElseThrow()));
        }
      }
      case STRUCT, UNION -> {
        ObjectNode object = entity(type.name(), "object");
        members(model, type, object.putArray("members"));
        type.discriminator().ifPresent(tag -> variants(object.put("tag", tag), type));
      }
      case COMMAND, EVENT ->
          throw new IllegalArgumentException(type.name() + " is no type, and is used as one");
    }
  }

  private void variants(ObjectNode object, Definition union) {
    ArrayNode variants = object.putArray("variants");
    for (Item branch : union.branches().values()) {
      ObjectNode variant = variants.addObject().put("case", branch.name());
      variant.put("type", reference(branch.type().orElseThrow()));
    }
  }

  private void members(Model model, Definition in, ArrayNode members) {
    for (Model.Owned owned : model.members(in)) {
      Item item = owned.item();
      ObjectNode member = members.addObject().put("name", item.name());
      member.put("type", reference(item.type().orElseThrow()));
      if (Model.isOptional(item, in)) {
        member.putNull("default");
      }
    }
  }

  private ObjectNode entity(String name, String metaType) {
    return entities.addObject().put("name", name).put(META_TYPE, metaType);
  }

  /** The type's name, all whole numbers having one; it is described in its turn. */
  private String reference(TypeName type) {
    TypeName told = type.isWholeNumber() ? new TypeName("int", type.list()) : type;
    if (seen.add(told)) {
      open.add(told);
    }
    return told.text();
  }

  private static String jsonType(TypeName builtin) {
    return switch (builtin.name()) {
      case "str" -> "string";
      case "int" -> "int";
      case "number" -> "number";
      case "bool" -> "boolean";
      case "null" -> "null";
      default -> "value";
    };
  }

  TypeSpec write() {
    return TypeSpec.classBuilder(NAME)
        .addModifiers(Modifier.PUBLIC, Modifier.FINAL)
        .addJavadoc("What guest agents take, all known versions together.")
        .addMethod(MethodSpec.constructorBuilder().addModifiers(Modifier.PRIVATE).build())
        .addField(
            FieldSpec.builder(
                    String.class, "JSON", Modifier.PUBLIC, Modifier.STATIC, Modifier.FINAL)
                .addJavadoc("In the form of the reply to {@code query-qmp-schema}.")
                .initializer("$S", entities.toString())
                .build())
        .build();
  }
}
