/** The session has ended: the same person signs in here, over the page, so that nothing on it is lost. */
import { useState } from 'react';

interface Props {
  readonly username: string;
  /** Resolves to whether the server took the password. */
  readonly signIn: (password: string) => Promise<boolean>;
}

export function SignInAgain({ username, signIn }: Props) {
  const [password, setPassword] = useState('');
  const [isWrong, setWrong] = useState(false);
  const send = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    setWrong(!(await signIn(password).catch(() => false)));
    setPassword('');
  };
  return (
    <form className="notice" data-testid="sign-in-again" onSubmit={(event) => void send(event)}>
      <span>
        You were signed out. Nothing is lost; sign in again as <b>{username}</b>:
      </span>
      <input
        type="password"
        autoComplete="current-password"
        aria-label="Password"
        placeholder="password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <button type="submit">Sign in</button>
      {isWrong && (
        <span className="stop" role="alert">
          not accepted
        </span>
      )}
    </form>
  );
}
