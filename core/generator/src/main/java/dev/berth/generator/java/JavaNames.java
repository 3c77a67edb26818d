package dev.berth.generator.java;

import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.Kind;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** QAPI's names as Java's. */
final class JavaNames {
  private static final Set<String> RESERVED =
      Set.of(
          // of the language
          "abstract",
          "assert",
          "boolean",
          "break",
          "byte",
          "case",
          "catch",
          "char",
          "class",
          "const",
          "continue",
          "default",
          "do",
          "double",
          "else",
          "enum",
          "extends",
          "final",
          "finally",
          "float",
          "for",
          "goto",
          "if",
          "implements",
          "import",
          "instanceof",
          "int",
          "interface",
          "long",
          "native",
          "new",
          "package",
          "private",
          "protected",
          "public",
          "return",
          "short",
          "static",
          "strictfp",
          "super",
          "switch",
          "synchronized",
          "this",
          "throw",
          "throws",
          "transient",
          "try",
          "void",
          "volatile",
          "while",
          "true",
          "false",
          "null",
          // of every object, and of what is generated
          "clone",
          "finalize",
          "getClass",
          "hashCode",
          "notify",
          "notifyAll",
          "toString",
          "wait",
          "arguments",
          "build",
          "builder",
          "command",
          "decode",
          "encode",
          "read");

  private static final Set<String> TAKEN =
      Set.of(
          "String",
          "Long",
          "Boolean",
          "Double",
          "Object",
          "Override",
          "Void",
          "Record",
          "Error",
          "Optional",
          "List",
          "Builder",
          "Plain",
          "Unknown");

  private static final Map<String, String> PACKAGES =
      Map.ofEntries(
          Map.entry("block-core", "block"),
          Map.entry("block-export", "block"),
          Map.entry("char", "chardev"),
          Map.entry("common", "basic"),
          Map.entry("guest-agent", "agent"),
          Map.entry("machine-common", "machine"),
          Map.entry("machine-target", "machine"),
          Map.entry("misc-target", "misc"),
          Map.entry("run-state", "runstate"));

  private JavaNames() {}

  /** The last part of the package of that module. */
  static String packageOf(String module) {
    return PACKAGES.getOrDefault(module, module);
  }

  /** The class of that definition. */
  static String type(Definition definition) {
    String name = definition.name();
    if (definition.kind() == Kind.EVENT) {
      return pascal(name.toLowerCase(Locale.ROOT)) + "Event";
    }
    return free(pascal(name));
  }

  /** The class of that branch of a union or an alternate. */
  static String variant(String branch, String of) {
    String name = pascal(branch);
    String legal = Character.isDigit(name.charAt(0)) ? "_" + name : name;
    return legal.equals(of) ? legal + "Value" : free(legal);
  }

  /** The component of that member. */
  static String component(String member) {
    String name = pascal(member);
    // UUID becomes uuid, but hotSpare stays
    String camel =
        name.equals(name.toUpperCase(Locale.ROOT))
            ? name.toLowerCase(Locale.ROOT)
            : Character.toLowerCase(name.charAt(0)) + name.substring(1);
    return RESERVED.contains(camel) ? camel + "_" : camel;
  }

  /** The constant of that value. */
  static String constant(String value) {
    String name = value.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    return Character.isDigit(name.charAt(0)) ? "_" + name : name;
  }

  private static String free(String name) {
    return TAKEN.contains(name) ? name + "Value" : name;
  }

  private static String pascal(String name) {
    var pascal = new StringBuilder();
    for (String word : name.split("[-_.+]")) {
      if (!word.isEmpty()) {
        pascal.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
      }
    }
    return pascal.toString();
  }
}
