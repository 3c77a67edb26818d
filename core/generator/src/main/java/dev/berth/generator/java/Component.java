package dev.berth.generator.java;

import com.palantir.javapoet.TypeName;
import dev.berth.generator.fact.Item;

/**
 * One component of a record.
 *
 * @param item the member that it holds
 * @param owner the definition that declares the member, where its words are
 * @param name its Java name
 * @param plain its type when it is there
 * @param optional whether it may be absent
 */
record Component(Item item, String owner, String name, TypeName plain, boolean optional) {

  /** The member's name on the wire. */
  String wire() {
    return item.name();
  }

  /** This, in a place where it may be absent whatever its facts say. */
  Component orAbsent() {
    return new Component(item, owner, name, plain, true);
  }

  /** This, by another Java name. */
  Component named(String other) {
    return new Component(item, owner, other, plain, optional);
  }

  /** Whether it holds an array. */
  boolean list() {
    return item.type().orElseThrow().list();
  }

  /** Whether its whole number has no sign. */
  boolean unsigned() {
    String type = item.type().orElseThrow().name();
    return type.equals("size") || type.startsWith("uint");
  }
}
