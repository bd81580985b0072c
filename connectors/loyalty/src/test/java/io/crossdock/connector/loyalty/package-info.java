/** The loyalty connector against the simulated platform. */
@NullMarked
package io.crossdock.connector.loyalty;

import org.jspecify.annotations.NullMarked;
