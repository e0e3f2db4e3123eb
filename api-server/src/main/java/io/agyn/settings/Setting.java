package io.agyn.settings;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes a setting. The validation, {@code agyn-server settings} and the reference page come from it, see {@link
 * SettingsCatalog}. The name and the default are those of SmallRye Config's annotations beside it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Setting {
    /** What it sets, in Markdown, as a phrase without a full stop at its end. */
    String value();

    /** The syntax of values; of the types that are not text, the type decides. */
    Syntax syntax() default Syntax.BY_TYPE;

    /** The least value, as an operator writes it; for numbers, durations and sizes. */
    String min() default "";

    /** The greatest value. */
    String max() default "";

    /** What the server uses if a setting without a default value is not set; empty for nothing. */
    String absent() default "";
}
