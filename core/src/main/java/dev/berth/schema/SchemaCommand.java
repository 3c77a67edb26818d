package dev.berth.schema;

import java.util.Optional;
import java.util.Set;

/**
 * One command of a live schema. Immutable.
 *
 * @param name the QAPI name
 * @param arguments its arguments' type; empty when QEMU names its commands and no more
 * @param returns the name of the type it returns; empty when QEMU does not tell
 * @param outOfBand whether it may be sent past the queue
 * @param features such as {@code deprecated} and {@code unstable}
 * @param argumentNames every argument that it takes in one case or another
 * @param isOpen whether it takes more arguments than the schema tells
 */
public record SchemaCommand(
    String name,
    Optional<SchemaType.Structure> arguments,
    Optional<String> returns,
    boolean outOfBand,
    Set<String> features,
    Set<String> argumentNames,
    boolean isOpen) {

  /** Copies the sets. */
  public SchemaCommand {
    features = Set.copyOf(features);
    argumentNames = Set.copyOf(argumentNames);
  }

  /** Whether it takes an argument of that name, in one case or another. Constant time. */
  public boolean takes(String argument) {
    return isOpen || argumentNames.contains(argument);
  }
}
