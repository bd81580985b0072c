/** The processes of a drill and the cables between them. */
@NullMarked
package io.crossdock.drill.process;

import org.jspecify.annotations.NullMarked;
