/**
 * The crash drill: real hubs under load, killed again and again, and a look from outside at what is
 * left. Begins at {@link io.crossdock.drill.CrashDrill}.
 */
@NullMarked
package io.crossdock.drill;

import org.jspecify.annotations.NullMarked;
