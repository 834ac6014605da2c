/** The whole reading page. */
import { useEffect } from 'react';
import { listenToKeys } from '../keys/key_handler';
import { LOOK_KEYS, READING_KEYS } from '../first_look/look_keys';
import { HeaderSheet } from '../dicom_header/HeaderSheet';
import { ModelCard } from '../model_card/ModelCard';
import { HELD_KEYS, KEY_TABLE } from '../keys/key_table';
import { withOwnHeld, withOwnKeys } from '../keys/own_keys';
import { measuringFirst } from '../measuring/measuring_keys';
import { Panel } from '../panel/Panel';
import { besidesOther } from '../prior/prior_keys';
import type { Lightbox } from '../session/lightbox';
import type { ReadingSession } from '../session/reading_session';
import { useStore } from '../state/store';
import { Pictures } from '../prior/Pictures';
import { Banner } from './Banner';
import { KeySheet } from './KeySheet';
import { SignInAgain } from './SignInAgain';
import { StatusBar } from './StatusBar';
import { Toolbar } from './Toolbar';
import { SessionContext } from './session_context';

function LiveRegion({ session }: { readonly session: ReadingSession }) {
  const { announcement } = useStore(session.panel);
  return (
    <div className="visually-hidden" role="status" aria-live="polite" data-testid="live-region">
      {announcement}
    </div>
  );
}

function ReadingKeys({ session }: { readonly session: ReadingSession }) {
  const { isKeySheetOpen } = useStore(session.panel);
  if (!isKeySheetOpen) return null;
  const table = session.firstLook?.isWaiting() ? [...LOOK_KEYS, ...KEY_TABLE] : KEY_TABLE;
  return <KeySheet table={withOwnKeys(table)} onClose={() => session.panel.set({ isKeySheetOpen: false })} />;
}

/** Asked in place, over whatever lies there: what is half-filled stays as it is. The focus does, too: the next key may be an answer. */
function SessionEnded({ lightbox }: { readonly lightbox: Lightbox }) {
  const { isSignedOut } = useStore(lightbox.outbox.state);
  if (!isSignedOut) return null;
  const { username } = lightbox.session.boot.user;
  return (
    <div className="session-ended" role="alert">
      <SignInAgain username={username} signIn={(password) => lightbox.signIn(password)} />
    </div>
  );
}

/** Parts that keep something of a case for themselves are made anew with it; the place of the picture stays. */
export function ReadingPage({ lightbox }: { readonly lightbox: Lightbox }) {
  const { session } = useStore(lightbox.shown);
  const { id } = session.boot.image;
  useEffect(
    () => listenToKeys(session, besidesOther(withOwnKeys(measuringFirst(READING_KEYS))), withOwnHeld(HELD_KEYS, KEY_TABLE)),
    [session],
  );
  return (
    <SessionContext.Provider value={session}>
      <div className="reading-page">
        <SessionEnded lightbox={lightbox} />
        <Banner key={`banner ${id}`} />
        <Toolbar key={`tools ${id}`} />
        <Pictures />
        <Panel key={`panel ${id}`} />
        <StatusBar />
        <ReadingKeys session={session} />
        <ModelCard key={`model ${id}`} />
        <HeaderSheet key={`header ${id}`} />
        <LiveRegion session={session} />
      </div>
    </SessionContext.Provider>
  );
}
