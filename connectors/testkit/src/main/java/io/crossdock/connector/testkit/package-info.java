/**
 * What every connector must do, as tests: a connector's test class names its process and one case
 * per method; the suite does the rest over real sockets against the simulated estate.
 */
@NullMarked
package io.crossdock.connector.testkit;

import org.jspecify.annotations.NullMarked;
