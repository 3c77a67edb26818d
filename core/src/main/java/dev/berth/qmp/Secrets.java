package dev.berth.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Decides what in a message is secret, for everything that shows messages: recordings, the flight
 * recorder, logs. Passwords themselves, that is, not the names of secret objects ({@code
 * password-secret}, {@code key-secret}) nor when a password expires. The SSH keys that a guest's
 * agent adds are public ones. Pure.
 *
 * <p>QEMU's events hold no secrets, and of its replies only those to commands that ask for one.
 */
public final class Secrets {
  /** Stands where a secret was. */
  public static final String MASK = "***";

  /** Secret wherever they stand, in commands of any name. */
  private static final Set<String> ANYWHERE = Set.of("password", "passwd", "passphrase", "cookie");

  /** Secret in that command only, at any depth. QEMU's own spelling, underscores included. */
  private static final Map<String, Set<String>> OF_COMMAND =
      Map.of(
          "object-add", Set.of("data"), // of a 'secret'; no other type has such a member
          "object_add", Set.of("data"),
          "change", Set.of("arg"), // of VNC, a password; of a drive, the format: a small loss
          "send-key", Set.of("keys"), // one letter after another, a password
          "input-send-event", Set.of("events"),
          "sev-inject-launch-secret", Set.of("secret"),
          "guest-exec", Set.of("arg", "input-data", "env"),
          "guest-file-write", Set.of("buf-b64"));

  /** What a guest's files hold, and what its programs print. */
  private static final Set<String> IN_REPLY = Set.of("guest-file-read", "guest-exec-status");

  /** Properties of objects that {@code qom-set} writes and {@code qom-get} reads. */
  private static final Set<String> PROPERTIES = Set.of("data", "password");

  /** Lines for the human monitor of which only the first word is shown. */
  private static final Set<String> HUMAN_COMMANDS =
      Set.of(
          "set_password",
          "change",
          "block_passwd",
          "object_add",
          "qom-set",
          "chardev-add",
          "sendkey");

  /** User and password in front of a host, as in {@code https://user:password@host/}. */
  private static final Pattern CREDENTIALS = Pattern.compile("://[^/?#\\s]*@");

  private Secrets() {}

  /** The arguments with every secret masked; the same object when there is none. */
  public static ObjectNode masked(String command, ObjectNode arguments) {
    Set<String> ofCommand = OF_COMMAND.getOrDefault(command, Set.of());
    boolean property = isSecretProperty(command, "qom-set", arguments);
    boolean human =
        command.equals("human-monitor-command")
            && HUMAN_COMMANDS.contains(firstWord(arguments.path("command-line").asText("")));
    if (!property && !human && !holdsSecret(arguments, ofCommand)) {
      return arguments;
    }
    ObjectNode copy = arguments.deepCopy();
    if (property) {
      copy.put("value", MASK);
    }
    if (human) {
      copy.put("command-line", firstWord(copy.path("command-line").asText("")) + " " + MASK);
    }
    mask(copy, ofCommand);
    return copy;
  }

  /** Whether the reply to that command is a secret. */
  public static boolean inReply(String command, ObjectNode arguments) {
    return IN_REPLY.contains(command) || isSecretProperty(command, "qom-get", arguments);
  }

  private static boolean isSecretProperty(String command, String wanted, ObjectNode arguments) {
    return command.equals(wanted) && PROPERTIES.contains(arguments.path("property").asText(""));
  }

  private static String firstWord(String line) {
    return line.strip().split("\\s", 2)[0];
  }

  private static boolean holdsSecret(JsonNode node, Set<String> ofCommand) {
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      JsonNode value = member.getValue();
      if (isSecret(member.getKey(), value, ofCommand) || holdsSecret(value, ofCommand)) {
        return true;
      }
    }
    if (node.isArray()) {
      for (JsonNode element : node) {
        if (holdsSecret(element, ofCommand)) {
          return true;
        }
      }
    }
    return node.isTextual() && !maskedText(node.textValue()).equals(node.textValue());
  }

  private static void mask(JsonNode node, Set<String> ofCommand) {
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      JsonNode value = member.getValue();
      if (isSecret(member.getKey(), value, ofCommand)) {
        member.setValue(TextNode.valueOf(MASK));
      } else if (value.isTextual()) {
        member.setValue(TextNode.valueOf(maskedText(value.textValue())));
      } else {
        mask(value, ofCommand);
      }
    }
    if (node.isArray()) {
      node.forEach(element -> mask(element, ofCommand));
    }
  }

  /** Options like VNC's {@code password: true} say only that there is one. */
  private static boolean isSecret(String name, JsonNode value, Set<String> ofCommand) {
    return (ANYWHERE.contains(name) && value.isTextual()) || ofCommand.contains(name);
  }

  private static String maskedText(String text) {
    if (text.startsWith("json:")) { // block options in a file name: their own JSON
      boolean plain = ANYWHERE.stream().noneMatch(text::contains);
      return plain ? credentialsMasked(text) : "json:" + MASK;
    }
    return credentialsMasked(text);
  }

  private static String credentialsMasked(String text) {
    return text.contains("://") ? CREDENTIALS.matcher(text).replaceAll("://" + MASK + "@") : text;
  }
}
