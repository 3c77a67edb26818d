package dev.berth.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.definition.Quotation;
import dev.berth.schema.SchemaType.Enumeration;
import dev.berth.schema.SchemaType.Member;
import dev.berth.schema.SchemaType.Structure;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The members that one object can have, with what its tags decide. A tag that is missing or unknown
 * leaves open what else there may be.
 *
 * @param members by name
 * @param areComplete whether nothing is left open
 * @param condition the last tag and its value, for messages; empty without a tag
 */
record UnionMembers(Map<String, Member> members, boolean areComplete, String condition) {

  static UnionMembers of(QmpSchema schema, Structure type, JsonNode object) {
    Map<String, Member> members = new LinkedHashMap<>(type.members());
    Structure innermost = type;
    String condition = "";
    for (int depth = 0; innermost.tag().isPresent(); depth++) {
      String tag = innermost.tag().get();
      String value = object.path(tag).asText("");
      Member decisive = innermost.members().get(tag);
      boolean known =
          decisive != null
              && object.path(tag).isTextual()
              && schema.type(decisive.type()) instanceof Enumeration words
              && words.values().contains(value);
      if (!known || depth >= SchemaReader.MAX_UNION_DEPTH) {
        return new UnionMembers(members, false, condition);
      }
      condition = " where " + tag + " is " + Quotation.of(value);
      Optional<Structure> variant = variant(schema, innermost, value);
      if (variant.isEmpty()) {
        break;
      }
      innermost = variant.get();
      members.putAll(innermost.members());
    }
    return new UnionMembers(members, true, condition);
  }

  private static Optional<Structure> variant(QmpSchema schema, Structure union, String value) {
    return Optional.ofNullable(union.variants().get(value))
        .map(schema::type)
        .map(Structure.class::cast);
  }
}
