package dev.berth.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.berth.error.InvalidDefinitionException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents that nobody writes by hand: the reader answers each, and only in its own words. */
final class HostileDocumentsTest {
  private static final List<String> SPLINTERS =
      List.of(
          "\n",
          "  ",
          "\t",
          ": ",
          "- ",
          "[",
          "]",
          "{",
          "}",
          "\"",
          "'",
          "#",
          "&a ",
          "*a",
          "!!str ",
          "!<",
          "%",
          "@",
          "`",
          "|",
          ">",
          "? ",
          "---\n",
          "...\n",
          "<<: ",
          "~",
          "null",
          "0x",
          "1e999",
          "-.inf",
          ".nan",
          "9".repeat(1200),
          "\\",
          "\\x",
          "\\ud800",
          "\0",
          "\u0085",
          "\u2028",
          "\uD800",
          "\uFEFF",
          "1:2:3",
          "name",
          "disks:",
          ",",
          "\r",
          "\u007F",
          "0b2",
          "0o9",
          "_1");

  private final Random random = new Random(20260);

  @Test
  void aDamagedDocumentIsReadOrRefusedAndNothingElse() {
    RandomDefinitions definitions = new RandomDefinitions(3);
    String text = "";
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      if (i % 50 == 0) {
        DomainDefinition definition = definitions.next();
        text = i % 100 == 0 ? DefinitionWriter.yaml(definition) : DefinitionWriter.json(definition);
      }
      refused += isRefused(damaged(text)) ? 1 : 0;
    }
    assertThat(refused).as("the damage is neither always nor never fatal").isBetween(5_000, 19_900);
  }

  private static boolean isRefused(String text) {
    try {
      DomainDefinition definition = Documents.read(text);
      assertThat(Documents.read(DefinitionWriter.json(definition))).isEqualTo(definition);
      return false;
    } catch (InvalidDefinitionException expected) {
      assertThat(expected.getMessage()).doesNotContainPattern("[\\x00-\\x09\\x0b-\\x1f\\x7f]");
      return true;
    } catch (RuntimeException | StackOverflowError unexpected) {
      throw new AssertionError("on reading:\n" + text, unexpected);
    }
  }

  private String damaged(String text) {
    StringBuilder damaged = new StringBuilder(text);
    int blows = 1 + random.nextInt(3);
    for (int i = 0; i < blows; i++) {
      int at = random.nextInt(damaged.length() + 1);
      int to = Math.min(damaged.length(), at + random.nextInt(20));
      switch (random.nextInt(5)) {
        case 0 -> damaged.insert(at, SPLINTERS.get(random.nextInt(SPLINTERS.size())));
        case 1 -> damaged.delete(at, to);
        case 2 -> damaged.insert(at, damaged.substring(at, to));
        case 3 -> damaged.setLength(at);
        default -> damaged.insert(at, (char) random.nextInt(256));
      }
    }
    return damaged.toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[",
        "{",
        "- ",
        "{a: ",
        "[{\"a\":",
        "? ",
        "a: [",
        "&a [",
        "!!map {",
        "'",
        "\"",
        "|\n "
      })
  void repetitionWithoutEndIsRefused(String piece) {
    String text = piece.repeat(500_000 / piece.length());

    assertThatCode(() -> DefinitionReader.read(Documents.document(text)))
        .isInstanceOf(InvalidDefinitionException.class);
  }

  @Test
  void aliasesDoNotMultiply() {
    StringBuilder laughs = new StringBuilder("a0: &a0 [lol]\n");
    for (int i = 1; i < 30; i++) {
      laughs.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    }

    assertThat(Documents.refusal(laughs.toString())).hasMessageContaining("anchors (&)");
  }
}
