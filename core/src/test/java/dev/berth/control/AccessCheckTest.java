package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.InvalidRequestException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AccessCheckTest {
  private static final Map<String, Set<String>> GROUPS =
      Map.of("kvm", Set.of("bob", "carol"), "ops", Set.of("carol", "dave"));

  @ParameterizedTest
  @CsvSource({
    "berth, berth, FULL",
    "root,  root,  FULL",
    "alice, users, FULL",
    "bob,   users, FULL",
    "erin,  kvm,   FULL",
    "carol, users, FULL",
    "dave,  users, READ_ONLY",
    "frank, ops,   READ_ONLY",
    "grace, users, READ_ONLY",
    "mallory, users, NONE"
  })
  void aClientMayDoTheMostThatAnyListGivesIt(String user, String group, Access expected) {
    var access =
        new ControlAccess(
            ControlAccess.Names.parse("alice, @kvm @gone"),
            ControlAccess.Names.parse("grace,@ops,alice"));
    var check = new AccessCheck(access, "berth", name -> Optional.ofNullable(GROUPS.get(name)));

    assertThat(check.of(user, group)).isEqualTo(expected);
  }

  @Test
  void groupsAreAskedForOnlyWhenTheyDecide() {
    var check =
        new AccessCheck(
            new ControlAccess(ControlAccess.Names.parse("@kvm"), ControlAccess.Names.parse("")),
            "berth",
            name -> {
              throw new AssertionError("asked for " + name);
            });

    assertThat(check.of("berth", "berth")).isEqualTo(Access.FULL);
    assertThat(check.of("erin", "kvm")).isEqualTo(Access.FULL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"@", "al;ice", "@@kvm", "alice, -x", "a/b"})
  void whatIsNoNameIsRefused(String text) {
    assertThatThrownBy(() -> ControlAccess.Names.parse(text))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("is no name of a user");
  }

  @Test
  void theSystemKnowsItsGroups() {
    assertThat(SystemGroups.members("root")).isPresent();
    assertThat(SystemGroups.members("no-such-group-berth")).isEmpty();
  }
}
