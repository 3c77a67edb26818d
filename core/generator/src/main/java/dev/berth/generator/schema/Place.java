package dev.berth.generator.schema;

/**
 * A part of the model that a live schema can show.
 *
 * @param definition the name of the definition
 * @param item the name of a member, value or branch; empty for the definition itself
 * @param branch whether it is a branch
 */
record Place(String definition, String item, boolean branch) {
  static Place of(String definition) {
    return new Place(definition, "", false);
  }
}
