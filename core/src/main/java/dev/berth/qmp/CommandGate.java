package dev.berth.qmp;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Decides which commands go on to a QEMU. Asked by every thread that sends, for every command, so
 * it must be thread-safe, quick and never wait.
 */
public interface CommandGate {

  /** Lets everything through: what is known of this QEMU is that it speaks QMP. */
  CommandGate OPEN =
      new CommandGate() {
        @Override
        public void admit(String command, ObjectNode arguments) {}

        @Override
        public boolean supports(String command) {
          return true;
        }

        @Override
        public boolean supports(String command, String argument) {
          return true;
        }
      };

  /**
   * Returns when the command may be sent.
   *
   * @throws dev.berth.error.UnsupportedException when this QEMU lacks the command or an argument,
   *     or must not be sent it; it fails with that, and nothing is sent
   */
  void admit(String command, ObjectNode arguments);

  /** Whether this QEMU has that command; true as well when nobody knows. */
  boolean supports(String command);

  /** Whether this QEMU has that command with that argument; true as well when nobody knows. */
  boolean supports(String command, String argument);
}
