package dev.berth.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.error.InvalidRequestException;
import dev.berth.host.Keystrokes.Chord;
import dev.berth.qapi.ui.QKeyCode;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KeystrokesTest {

  @Test
  void chordsAreReadByTheirKeys() {
    Keystrokes keys = Keystrokes.of("ctrl-alt-delete", "a", "kp_enter");

    assertThat(keys.chords())
        .containsExactly(
            new Chord(List.of("ctrl", "alt", "delete")),
            new Chord(List.of("a")),
            new Chord(List.of("kp_enter")));
    assertThat(keys.chords().get(0)).hasToString("ctrl-alt-delete");
    assertThat(keys.hold()).isEqualTo(Keystrokes.USUAL_HOLD);
  }

  @Test
  void textIsTypedAsOnAUsKeyboard() {
    assertThat(typed("aZ1! _-+=\n\t~`\"'<,>.?/|\\{[}]:;"))
        .containsExactly(
            "a",
            "shift-z",
            "1",
            "shift-1",
            "spc",
            "shift-minus",
            "minus",
            "shift-equal",
            "equal",
            "ret",
            "tab",
            "shift-grave_accent",
            "grave_accent",
            "shift-apostrophe",
            "apostrophe",
            "shift-comma",
            "comma",
            "shift-dot",
            "dot",
            "shift-slash",
            "slash",
            "shift-backslash",
            "backslash",
            "shift-bracket_left",
            "bracket_left",
            "shift-bracket_right",
            "bracket_right",
            "shift-semicolon",
            "semicolon");
  }

  @Test
  void everyPrintableCharacterOfAsciiHasItsOwnKeys() {
    String all =
        " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
            + "abcdefghijklmnopqrstuvwxyz{|}~";

    assertThat(typed(all)).hasSize(95).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(strings = {"é", "€", "\u0007", "\u0000", "ａ", "\u00a0", "\r"})
  void aCharacterThatIsNotOnItIsNamedWithItsPlace(String other) {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> Keystrokes.typing("ab" + other + "c"))
        .withMessageContainingAll(
            "character 3", String.format("U+%04X", other.codePointAt(0)), "Nothing was typed");
  }

  @Test
  void aCharacterBeyondSixteenBitsIsNamedWhole() {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> Keystrokes.typing("a\uD83D\uDE00"))
        .withMessageContainingAll("character 2", "U+1F600");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-", "a-", "ctrl--a", "foo", "Ctrl", "ctrl alt", "unmapped", "A", "!"})
  void aKeyThatThereIsNotIsNamed(String chord) {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> Keystrokes.of("a", chord))
        .withMessageContainingAll("there is no key", "Nothing was pressed");
  }

  @Test
  void thereAreLimits() {
    assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(Keystrokes::of);
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> Keystrokes.typing(""));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> Keystrokes.typing("a".repeat(Keystrokes.MOST_CHORDS + 1)));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> new Chord(Collections.nCopies(Keystrokes.MOST_KEYS + 1, "a")));
    assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(() -> new Chord(List.of()));
    Keystrokes keys = Keystrokes.typing("a".repeat(1000));
    for (Duration hold :
        List.of(
            Duration.ZERO, Duration.ofMillis(-1), Duration.ofSeconds(11), Duration.ofSeconds(1))) {
      assertThatExceptionOfType(InvalidRequestException.class)
          .as("%s", hold)
          .isThrownBy(() -> keys.holding(hold));
    }
    assertThat(keys.holding(Duration.ofMillis(300)).hold()).isEqualTo(Duration.ofMillis(300));
  }

  @Test
  void theNamesAreThoseOfQemu() {
    assertThat(KeyNames.all())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(QKeyCode.class.getFields())
                .filter(field -> Modifier.isStatic(field.getModifiers()))
                .map(KeystrokesTest::name)
                .filter(name -> !name.equals("unmapped"))
                .collect(Collectors.toList()));
  }

  private static String name(Field constant) {
    try {
      return ((QKeyCode) constant.get(null)).value();
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> typed(String text) {
    return Keystrokes.typing(text).chords().stream().map(Chord::toString).toList();
  }
}
