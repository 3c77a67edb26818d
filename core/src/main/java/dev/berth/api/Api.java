package dev.berth.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A type that programs may build on, with the types nested in it: it changes compatibly within a
 * major version. Its signatures mention the JDK and other such types only, and are on record in
 * {@code docs/api}. Every other type is Berth's inside, public or not.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Api {

  /** The version that has it first. */
  String since();
}
