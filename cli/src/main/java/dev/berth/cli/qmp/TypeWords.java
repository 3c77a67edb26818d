package dev.berth.cli.qmp;

import dev.berth.schema.QmpSchema;
import dev.berth.schema.SchemaType;
import dev.berth.schema.SchemaType.Alternate;
import dev.berth.schema.SchemaType.Builtin;
import dev.berth.schema.SchemaType.Enumeration;
import dev.berth.schema.SchemaType.Member;
import dev.berth.schema.SchemaType.Sequence;
import dev.berth.schema.SchemaType.Structure;
import java.util.TreeSet;

/** Types in words; objects are shown one level deep, because they may contain themselves. */
final class TypeWords {
  private final QmpSchema schema;

  TypeWords(QmpSchema schema) {
    this.schema = schema;
  }

  /** For example {@code a string, optional, deprecated}. */
  String of(Member member) {
    StringBuilder words = new StringBuilder(plain(member.type()));
    if (member.optional()) {
      words.append(", optional");
    }
    new TreeSet<>(member.features()).forEach(feature -> words.append(", ").append(feature));
    return words.toString();
  }

  String plain(String type) {
    return words(schema.type(type), 1);
  }

  /** What a command returns. */
  String returned(String type) {
    return schema.type(type) instanceof Structure structure
            && structure.members().isEmpty()
            && structure.tag().isEmpty()
        ? "nothing"
        : plain(type);
  }

  private String words(SchemaType type, int depth) {
    if (type instanceof Builtin builtin) {
      return builtin.words();
    }
    if (type instanceof Enumeration enumeration) {
      return String.join("|", enumeration.values());
    }
    if (type instanceof Sequence sequence) {
      return "array of " + words(schema.type(sequence.element()), depth);
    }
    if (type instanceof Alternate alternate) {
      return String.join(
          " or ",
          alternate.branches().stream().map(branch -> words(schema.type(branch), 0)).toList());
    }
    return type instanceof Structure structure ? object(structure, depth) : "anything";
  }

  private static String object(Structure structure, int depth) {
    if (depth == 0 || structure.members().isEmpty()) {
      return "object";
    }
    String names =
        String.join(
            ", ",
            structure.members().values().stream()
                .map(member -> member.name() + (member.optional() ? "?" : ""))
                .toList());
    return "object {" + names + (structure.tag().isPresent() ? ", ..." : "") + "}";
  }
}
