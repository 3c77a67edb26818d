package dev.berth.definition;

import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import java.util.regex.Pattern;

/**
 * Decides which texts YAML shows without quotes: those that no YAML reader takes for anything else.
 */
public final class PlainScalars extends StringQuotingChecker {
  private static final long serialVersionUID = 1;

  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z/][A-Za-z0-9._/-]*|[0-9]{1,19}[KMGTP]?i?B");

  @Override
  public boolean needToQuoteName(String name) {
    return needToQuoteValue(name);
  }

  @Override
  public boolean needToQuoteValue(String value) {
    return isReservedKeyword(value) || !PLAIN.matcher(value).matches();
  }
}
