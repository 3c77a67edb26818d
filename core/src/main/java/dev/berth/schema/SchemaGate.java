package dev.berth.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.UnsupportedException;
import dev.berth.qmp.CommandGate;
import java.util.Iterator;

/**
 * Keeps from QEMU the commands and arguments that its schema lacks, and says since when or until
 * when others have them. Looks at names only, which takes constant time for each; what is inside
 * the arguments is for {@link QmpSchema#check}. Immutable.
 */
public final class SchemaGate implements CommandGate {
  private final QmpSchema schema;
  private final CommandFacts facts;

  /** A gate by that schema. */
  public SchemaGate(QmpSchema schema, CommandFacts facts) {
    this.schema = schema;
    this.facts = facts;
  }

  @Override
  public void admit(String command, ObjectNode arguments) {
    SchemaCommand known =
        schema.command(command).orElseThrow(() -> lacks("the command '" + command + "'", command));
    for (Iterator<String> names = arguments.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.takes(name)) {
        throw lacks("the argument '" + name + "' of '" + command + "'", command + "." + name);
      }
    }
  }

  @Override
  public boolean supports(String command) {
    return schema.supports(command);
  }

  @Override
  public boolean supports(String command, String argument) {
    return schema.supports(command, argument);
  }

  private UnsupportedException lacks(String what, String name) {
    return new UnsupportedException(
        "QEMU "
            + schema.version()
            + " lacks "
            + what
            + facts.find(name).map(CommandFacts.Fact::text).orElse("")
            + ". Nothing was sent.");
  }
}
