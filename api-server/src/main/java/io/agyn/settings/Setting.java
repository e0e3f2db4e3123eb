package io.agyn.settings;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes a setting. The validation, {@code agyn-server settings} and the reference page come from it, see {@link
 * SettingsCatalog}. The name and the default are in SmallRye Config's annotations.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Setting {
    /** The effect of the setting in Markdown, as a phrase without a full stop. */
    String value();

    /** The syntax of text values; for other types, the type decides. */
    Syntax syntax() default Syntax.BY_TYPE;

    /** The minimum, as an operator writes it; for numbers, durations and sizes. */
    String min() default "";

    /** The maximum; empty for none. */
    String max() default "";

    /** The value or behaviour without the setting, if it has no default; may be empty. */
    String absent() default "";
}
