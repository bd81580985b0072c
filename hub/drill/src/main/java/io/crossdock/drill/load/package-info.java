/** What is asked of the hubs while they are killed, and what they have promised. */
@NullMarked
package io.crossdock.drill.load;

import org.jspecify.annotations.NullMarked;
