/** Gives the components the reading session they belong to. */
import { createContext, useContext } from 'react';
import type { ReadingSession } from '../session/reading_session';

export const SessionContext = createContext<ReadingSession | null>(null);

export function useSession(): ReadingSession {
  const session = useContext(SessionContext);
  if (!session) throw new Error('component outside of a reading session');
  return session;
}
