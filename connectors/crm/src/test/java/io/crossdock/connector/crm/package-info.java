/** The crm connector against the simulated CRM. */
@NullMarked
package io.crossdock.connector.crm;

import org.jspecify.annotations.NullMarked;
